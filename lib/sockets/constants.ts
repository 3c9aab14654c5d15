import { constant } from '../core/constant.js';

/** Address family: sockets of this machine, with a path for a name. Windows has streams only. unix(7) */
export const AF_UNIX = constant('AF_UNIX');
/** Address family: IPv4. ip(7) */
export const AF_INET = constant('AF_INET');
/** Address family: IPv6. ipv6(7) */
export const AF_INET6 = constant('AF_INET6');

/** A stream of bytes: TCP. socket(2) */
export const SOCK_STREAM = constant('SOCK_STREAM');
/** Datagrams: UDP. socket(2) */
export const SOCK_DGRAM = constant('SOCK_DGRAM');
/** A connection that keeps the bounds of messages: AF_UNIX. socket(2) */
export const SOCK_SEQPACKET = constant('SOCK_SEQPACKET');

/** Level of the SO_ options. socket(7) */
export const SOL_SOCKET = constant('SOL_SOCKET');
/** Whether the socket listens; to be read only. */
export const SO_ACCEPTCONN = constant('SO_ACCEPTCONN');
/** Whether datagrams may be sent to a broadcast address. */
export const SO_BROADCAST = constant('SO_BROADCAST');
/** The pending error, as the number of its code in Node, which reading clears: see `Socket.takeError`. */
export const SO_ERROR = constant('SO_ERROR');
/** Whether idle connections are probed. */
export const SO_KEEPALIVE = constant('SO_KEEPALIVE');
/** What close does with unsent data: a struct linger, so pass its bytes. */
export const SO_LINGER = constant('SO_LINGER');
/** Whether out-of-band data is left in the stream. */
export const SO_OOBINLINE = constant('SO_OOBINLINE');
/** Size of the receive buffer in bytes; Linux doubles what is set. */
export const SO_RCVBUF = constant('SO_RCVBUF');
/** How many bytes make the socket readable. */
export const SO_RCVLOWAT = constant('SO_RCVLOWAT');
/**
 * Whether bind may take an address whose old connections are in TIME_WAIT. Windows always allows that. There, the option
 * lets a socket take an address away from another program's: use SO_EXCLUSIVEADDRUSE.
 */
export const SO_REUSEADDR = constant('SO_REUSEADDR');
/** Whether no other socket may take the address, not even with SO_REUSEADDR (Windows). */
export const SO_EXCLUSIVEADDRUSE = constant('SO_EXCLUSIVEADDRUSE');
/** Whether several sockets may bind one address; 0 on Windows. */
export const SO_REUSEPORT = constant('SO_REUSEPORT');
/** Size of the send buffer in bytes; Linux doubles what is set. */
export const SO_SNDBUF = constant('SO_SNDBUF');
/** SOCK_STREAM, SOCK_DGRAM, ...; to be read only. */
export const SO_TYPE = constant('SO_TYPE');

/** Level of the IP_ options. ip(7) */
export const IPPROTO_IP = constant('IPPROTO_IP');
/** Level of the IPV6_ options. ipv6(7) */
export const IPPROTO_IPV6 = constant('IPPROTO_IPV6');
/** Level of the TCP_ options. tcp(7) */
export const IPPROTO_TCP = constant('IPPROTO_TCP');
/** Level of the UDP_ options. udp(7) */
export const IPPROTO_UDP = constant('IPPROTO_UDP');
/** Whether an IPv6 socket leaves IPv4 alone. */
export const IPV6_V6ONLY = constant('IPV6_V6ONLY');
/** Whether small segments are sent at once. */
export const TCP_NODELAY = constant('TCP_NODELAY');

/** This call does not wait; 0 on Windows, where the socket must be non-blocking. recv(2) */
export const MSG_DONTWAIT = constant('MSG_DONTWAIT');
/** Out-of-band data. recv(2) */
export const MSG_OOB = constant('MSG_OOB');
/** Leave the data where it is. recv(2) */
export const MSG_PEEK = constant('MSG_PEEK');
/** Return the real length of a datagram that did not fit; 0 on Windows, which does not tell. recv(2) */
export const MSG_TRUNC = constant('MSG_TRUNC');
/** Wait until the buffer is full. recv(2) */
export const MSG_WAITALL = constant('MSG_WAITALL');

/** The longest backlog that makes sense without knowing the system's own limit. listen(2) */
export const SOMAXCONN = constant('SOMAXCONN');
