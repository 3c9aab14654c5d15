// The same as register.c with npm's epoll: node register-npm.js DESCRIPTORS MILLISECONDS
import { eventfd } from 'io-selectors/fd';
import { measureCycle } from './cycle.js';
import { Epoll } from './npm-epoll.js';
import { raiseLimit } from './timing.js';

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
// Not its memory: as all its objects share one epoll descriptor, there are not enough keys to tell.
console.log(JSON.stringify(measureCycle(cycle, fds.length, Number(milliseconds))));
// Not sooner, by the garbage collector.
for (const each of eventfds) each.close();
epoll.close();
