// A script that needs Node's sockets.
// oxlint-disable-next-line import/no-unassigned-import -- to load it is all that is measured
import 'node:net';
