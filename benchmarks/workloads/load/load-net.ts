// A script that imports Node's sockets.
// oxlint-disable-next-line import/no-unassigned-import -- only loading is measured
import 'node:net';
