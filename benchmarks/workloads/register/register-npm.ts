// The counterpart of register.c with the npm package epoll: node register-npm.js DESCRIPTORS MILLISECONDS
import { eventfd } from 'io-selectors/fd';
import { measureCycle } from './cycle.js';
import { Epoll } from '../shared/npm-epoll.js';
import { raiseLimit } from '../shared/peer.js';

const [, , descriptors, milliseconds] = process.argv;
raiseLimit();
const eventfds = Array.from({ length: Number(descriptors) }, () => eventfd());
const fds = eventfds.map(({ fd }) => fd);
const epoll = new Epoll(() => {});
const cycle = {
  register() {
    for (const fd of fds) epoll.add(fd, Epoll.EPOLLIN);
  },
  modify() {
    for (const fd of fds) epoll.modify(fd, Epoll.EPOLLIN | Epoll.EPOLLOUT);
  },
  unregister() {
    for (const fd of fds) epoll.remove(fd);
  },
};
// Memory is not measured: all objects share one epoll instance, so there are too few keys.
console.log(JSON.stringify(measureCycle(cycle, fds.length, Number(milliseconds))));
// Closed here, so that the garbage collector does not close them earlier.
for (const each of eventfds) each.close();
epoll.close();
