// A script that needs npm's epoll.
import { createRequire } from 'node:module';

createRequire(import.meta.url)('epoll');
