{
  "variables": {
    # Leave a back end out, as on systems that lack it. poll is only left out together with epoll:
    #   node-gyp rebuild -- -Dio_selectors_epoll=0 -Dio_selectors_poll=0
    "io_selectors_epoll%": 1,
    "io_selectors_poll%": 1,
    # node-gyp rebuild -- -Dio_selectors_sanitize=address,undefined
    "io_selectors_sanitize%": "",
  },
  "targets": [
    {
      "target_name": "io_selectors",
      "sources": [
        "native/addon.cc",
        "native/constants.cc",
        "native/arguments.cc",
        "native/result.cc",
        "native/thread.cc",
        "native/ownership.cc",
        "native/registrations.cc",
        "native/select.cc",
        "native/poll.cc",
        "native/epoll.cc",
        "native/wait_thread.cc",
        "native/waits.cc",
        "native/epoll_watch.cc",
        "native/watch.cc",
        "native/address.cc",
        "native/socket.cc",
        "native/message_list.cc",
        "native/fd.cc",
        "native/eventfd.cc",
        "native/timerfd.cc",
        "native/pidfd.cc",
        "native/signal_registry.cc",
        "native/signals.cc",
      ],
      "include_dirs": ["<!(node -p \"require('node-addon-api').include_dir\")"],
      # Version 8 is the newest that every Node we support has, so that one binary serves them all.
      # A worker may be ended while it loads the addon: then no exception can be thrown, which must not end the process.
      "defines": ["NAPI_VERSION=8", "NODE_ADDON_API_CPP_EXCEPTIONS", "NODE_API_SWALLOW_UNTHROWABLE_EXCEPTIONS"],
      # Node's own gyp settings turn exceptions off.
      "cflags_cc!": ["-fno-exceptions"],
      "cflags_cc": ["-std=c++17", "-fexceptions", "-Wall", "-Wextra", "-Werror"],
      # The time goes to the kernel, not to this code, which is half as large with -Os as with Node's -O3.
      "cflags!": ["-O3"],
      # Export the module's entry point, and what signal_registry.h says.
      "cflags": ["-Os", "-fvisibility=hidden"],
      "xcode_settings": {
        "CLANG_CXX_LANGUAGE_STANDARD": "c++17",
        "GCC_ENABLE_CPP_EXCEPTIONS": "YES",
        "GCC_SYMBOLS_PRIVATE_EXTERN": "YES",
      },
      "conditions": [
        ["io_selectors_epoll==0", {"defines": ["IO_SELECTORS_NO_EPOLL"]}],
        ["io_selectors_poll==0", {"defines": ["IO_SELECTORS_NO_POLL", "IO_SELECTORS_NO_EPOLL"]}],
        ["OS=='linux'", {
          # Leaves out what nothing calls, a tenth of the binary.
          "cflags": ["-ffunction-sections", "-fdata-sections"],
          # nodelete: Node unloads it with the last worker that has loaded it, and a signal handler may be
          # running in it.
          "ldflags": ["-Wl,--gc-sections", "-Wl,-z,nodelete"],
          # dlopen is in a library of its own before glibc 2.34.
          "libraries": ["-ldl"],
        }],
        ["io_selectors_sanitize!=''", {
          "cflags": ["-fsanitize=<(io_selectors_sanitize)", "-fno-omit-frame-pointer", "-g", "-O1"],
          # A run that goes on after undefined behaviour would pass.
          "cflags_cc": ["-fno-sanitize-recover=all"],
          "ldflags": ["-fsanitize=<(io_selectors_sanitize)"],
        }],
      ],
    }
  ]
}
