// A script that loads the npm package epoll.
import { createRequire } from 'node:module';

createRequire(import.meta.url)('epoll');
