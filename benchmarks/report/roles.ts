/** How a peer is drawn. Colour, shape and dashes each suffice to tell it apart. */
export interface Role {
  readonly name: string;
  readonly colour: string;
  readonly shape: string;
  readonly dash: readonly number[];
}

const SOLID: readonly number[] = [1, 0];
const PLUS = 'M-1,0L1,0M0,-1L0,1';
const SALTIRE = 'M-1,-1L1,1M1,-1L-1,1';
const STAR = 'M0,-1L0,1M-0.87,-0.5L0.87,0.5M-0.87,0.5L0.87,-0.5';
const PENTAGON = 'M0,-1L0.95,-0.31L0.59,0.81L-0.59,0.81L-0.95,-0.31Z';
const HOURGLASS = 'M-1,-1L1,-1L-1,1L1,1Z';
/** Colours that the colour-blind can tell apart: black and grey for C, blue and green for this package, warm for others. */
const ROLES: [pattern: RegExp, role: Role][] = [
  [/^C\/\w+$/u, { name: 'C', colour: '#000000', shape: 'circle', dash: SOLID }],
  [/^C\/\w+\+thread$/u, { name: 'C, with a second thread', colour: '#777777', shape: PENTAGON, dash: [2, 2] }],
  [/^C\/\w+\+batch$/u, { name: 'C, receives in batches', colour: '#777777', shape: PENTAGON, dash: [6, 2] }],
  [/^Epoll\.waitInto$/u, { name: 'Epoll.waitInto', colour: '#0072b2', shape: 'square', dash: SOLID }],
  [/\.select$/u, { name: 'select()', colour: '#0072b2', shape: 'triangle-up', dash: [6, 2] }],
  [/\.select\+fdSetSize$/u, { name: 'select(), fdSetSize', colour: '#56b4e9', shape: 'triangle-down', dash: [2, 2] }],
  [/\.selectEach$/u, { name: 'selectEach()', colour: '#009e73', shape: 'diamond', dash: SOLID }],
  [/\.selectEach\+recvMany$/u, { name: 'selectEach(), recvMany()', colour: '#009e73', shape: 'cross', dash: [6, 2] }],
  [/\.selectAsync$/u, { name: 'selectAsync()', colour: '#56b4e9', shape: 'triangle-left', dash: SOLID }],
  [
    /\.selectAsync\+recvMany$/u,
    { name: 'selectAsync(), recvMany()', colour: '#56b4e9', shape: 'triangle-right', dash: [6, 2] },
  ],
  [/^Python\//u, { name: 'Python', colour: '#e69f00', shape: PLUS, dash: [8, 2, 2, 2] }],
  [/^libuv$/u, { name: 'libuv in C', colour: '#cc79a7', shape: STAR, dash: [4, 4] }],
  [/^npm\//u, { name: 'npm epoll', colour: '#d55e00', shape: SALTIRE, dash: [2, 4] }],
  [/^node:/u, { name: 'node:net', colour: '#d55e00', shape: HOURGLASS, dash: SOLID }],
];

/** The role of a peer in a line chart; undefined if it has none. */
export function roleOf(peer: string): Role | undefined {
  return ROLES.find(([pattern]) => pattern.test(peer))?.[1];
}

/** The roles with these names, in the order of the legend. */
export function rolesNamed(names: Set<string>): Role[] {
  return ROLES.map(([, role]) => role).filter(({ name }) => names.has(name));
}

/** Bars are labelled, so colour only tells the family. */
export function familyColour(peer: string): string {
  if (peer.startsWith('C/')) return '#777777';
  if (/^\w*(Epoll|Selector)/u.test(peer)) return '#0072b2';
  return peer.startsWith('Python/') ? '#e69f00' : '#d55e00';
}
