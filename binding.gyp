{
  "variables": {
    # Leave a back end out, as on systems that lack it. epoll is left out wherever poll is:
    #   node-gyp rebuild -- -Dio_selectors_epoll=0 -Dio_selectors_poll=0
    "io_selectors_epoll%": 1,
    "io_selectors_poll%": 1,
    # node-gyp rebuild -- -Dio_selectors_os=posix: what systems other than Linux get, on Linux
    "io_selectors_os%": "<(OS)",
    # node-gyp rebuild -- -Dio_selectors_sanitize=address,undefined
    "io_selectors_sanitize%": "",
  },
  "targets": [
    {
      "target_name": "io_selectors",
      "sources": [
        "native/addon.cc",
        "native/constants.cc",
        "native/select.cc",
        "native/sockaddr.cc",
        "native/address.cc",
        "native/socket.cc",
        "native/message_list.cc",
        "native/fd.cc",
        "native/core/arguments.cc",
        "native/core/modules.cc",
        "native/core/ownership.cc",
        "native/core/registered_numbers.cc",
        "native/core/result.cc",
        "native/watch/watch.cc",
        "native/watch/watches.cc",
        "native/watch/notifier.cc",
        "native/watch/wait_thread.cc",
        "native/watch/thread_watch.cc",
        "native/watch/select_wait.cc",
      ],
      "include_dirs": ["native", "<!(node -p \"require('node-addon-api').include_dir\")"],
      # Version 8 is the newest that every supported Node has, so one binary serves them all.
      # A worker may be terminated while it loads the addon. An exception cannot be thrown then, and must not abort.
      "defines": ["NAPI_VERSION=8", "NODE_ADDON_API_CPP_EXCEPTIONS", "NODE_API_SWALLOW_UNTHROWABLE_EXCEPTIONS"],
      # Node's own gyp settings turn exceptions off.
      "cflags_cc!": ["-fno-exceptions"],
      "cflags_cc": ["-std=c++17", "-fexceptions", "-Wall", "-Wextra", "-Werror"],
      # The time is spent in the kernel, and -Os halves the size of the addon compared with Node's -O3.
      "cflags!": ["-O3"],
      # Export only the module's entry point, and the function in signal_registry.h.
      "cflags": ["-Os", "-fvisibility=hidden"],
      # The same for macOS, where gyp takes no cflags.
      "xcode_settings": {
        "CLANG_CXX_LANGUAGE_STANDARD": "c++17",
        "DEAD_CODE_STRIPPING": "YES",
        "GCC_ENABLE_CPP_EXCEPTIONS": "YES",
        # Without it, the addon would have types of its own for the exceptions of libc++, which no handler catches.
        "GCC_ENABLE_CPP_RTTI": "YES",
        "GCC_OPTIMIZATION_LEVEL": "s",
        "GCC_SYMBOLS_PRIVATE_EXTERN": "YES",
        # The oldest that Node 20 runs on.
        "MACOSX_DEPLOYMENT_TARGET": "10.15",
        "WARNING_CFLAGS": ["-Wall", "-Wextra", "-Werror"],
      },
      "conditions": [
        # Only native/os/ reads the defines.
        ["OS=='win'", {
          "sources": [
            "native/os/windows.cc",
            "native/os/windows_descriptor.cc",
            "native/os/windows_error.cc",
            "native/os/windows_select.cc",
            "native/os/windows_socket.cc",
            "native/os/windows_socket_pair.cc",
          ],
          # Windows 10. min and max are functions here, and windows.h must not include the old winsock.h.
          "defines": ["_WIN32_WINNT=0x0A00", "NOMINMAX", "WIN32_LEAN_AND_MEAN"],
          "libraries": ["ws2_32.lib"],
          "msvs_settings": {"VCCLCompilerTool": {"ExceptionHandling": 1, "AdditionalOptions": ["/std:c++17"]}},
        }, {
          "sources": [
            "native/posix_fd.cc",
            "native/descriptor_limit.cc",
            "native/signals.cc",
            "native/signal_registry.cc",
            "native/os/posix_descriptor.cc",
            "native/os/posix_modules.cc",
            "native/os/posix_socket.cc",
          ],
        }],
        ["io_selectors_poll==1 and OS!='win'", {
          "sources": ["native/poll.cc", "native/watch/poll_wait.cc"],
          "defines": ["IO_SELECTORS_POLL"],
        }],
        ["io_selectors_os=='linux'", {
          "sources": [
            "native/os/linux.cc",
            "native/eventfd.cc",
            "native/timerfd.cc",
            "native/pidfd.cc",
            "native/thread.cc",
          ],
        }],
        ["io_selectors_os!='linux' and OS!='win'", {
          "sources": ["native/os/posix.cc"],
        }],
        ["io_selectors_os=='linux' and io_selectors_epoll==1 and io_selectors_poll==1", {
          "sources": ["native/epoll.cc", "native/watch/epoll_watch.cc", "native/watch/epoll_wait.cc"],
          "defines": ["IO_SELECTORS_EPOLL"],
        }],
        # Else its select(2) refuses descriptors from FD_SETSIZE on.
        ["OS=='mac'", { "defines": ["_DARWIN_UNLIMITED_SELECT"] }],
        ["OS=='linux'", {
          # Remove what nothing calls, a tenth of the binary.
          "cflags": ["-ffunction-sections", "-fdata-sections"],
          # nodelete: Node unloads the addon with the last worker that uses it, when a signal handler of the addon may
          # still be running.
          "ldflags": ["-Wl,--gc-sections", "-Wl,-z,nodelete"],
          # Before glibc 2.34, dlopen and threads are in libraries of their own.
          "libraries": ["-ldl", "-lpthread"],
        }],
        ["io_selectors_sanitize!=''", {
          "cflags": ["-fsanitize=<(io_selectors_sanitize)", "-fno-omit-frame-pointer", "-g", "-O1"],
          # A test that went on after undefined behaviour would pass.
          "cflags_cc": ["-fno-sanitize-recover=all"],
          "ldflags": ["-fsanitize=<(io_selectors_sanitize)"],
        }],
      ],
    }
  ]
}
