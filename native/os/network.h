// The headers of sockets: socket(7), and winsock on Windows:
// https://learn.microsoft.com/en-us/windows/win32/api/_winsock/
#pragma once

#ifdef _WIN32
#include <winsock2.h>
#include <ws2tcpip.h>
// Needs those above.
#include <afunix.h>
#else
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/un.h>
#endif
