// The modules of the addon: one Init function for each file that exports functions.
#pragma once

#include <napi.h>

// On every system.
void InitConstants(Napi::Object exports);
void InitResult(Napi::Object exports);
void InitOwnership(Napi::Object exports);
void InitSelect(Napi::Object exports);
void InitAddress(Napi::Object exports);
void InitSocket(Napi::Object exports);
void InitMessageList(Napi::Object exports);
void InitFd(Napi::Object exports);
void InitWatches(Napi::Object exports);
void InitThreadWatch(Napi::Object exports);
void InitSelectWait(Napi::Object exports);

// On some systems only. binding.gyp compiles them, and InitSystemModules in native/os/ calls them.
void InitPosixFd(Napi::Object exports);
void InitDescriptorLimit(Napi::Object exports);
void InitSignals(Napi::Object exports);
void InitPoll(Napi::Object exports);
void InitPollWait(Napi::Object exports);
void InitEpoll(Napi::Object exports);
void InitEpollWatch(Napi::Object exports);
void InitEpollWait(Napi::Object exports);
void InitEventfd(Napi::Object exports);
void InitTimerfd(Napi::Object exports);
void InitPidfd(Napi::Object exports);
void InitThread(Napi::Object exports);

// Exports a function of the addon under its name in JavaScript.
void Export(Napi::Object exports, const char* name, Napi::Value (*function)(const Napi::CallbackInfo& info));
void Export(Napi::Object exports, const char* name, void (*function)(const Napi::CallbackInfo& info));
// The same for a function that calls Node-API directly.
void Export(Napi::Object exports, const char* name, napi_callback function, void* data = nullptr);
