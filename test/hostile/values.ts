/** What a call does with a value: refuses its type, refuses it as out of range, or may also accept it. */
export type Verdict = 'type' | 'range' | 'any';

export type Hostile = [label: string, value: unknown, verdict: Verdict];

/**
 * Values that no argument of this kind may have. A question mark after the kind marks an optional argument. Passed
 * as text.
 */
export function hostileValues(kind: string, io: typeof import('io-selectors')): Hostile[] {
  const name = kind.replace('?', '');
  const ran = () => {
    throw new Error('code of the caller ran that nobody asked for');
  };
  const others: [string, unknown, string?][] = [
    ["'3'", '3', 'string'],
    ['3n', 3n, 'bigint'],
    ['true', true, 'boolean'],
    ['a symbol', Symbol('hostile'), 'symbol'],
    ['a function', Object.assign(() => 3, { valueOf: ran, toString: ran }), 'function'],
    ['{}', {}, 'object'],
    ['[]', [], 'array'],
    ['[3]', [3], 'array'],
    ['new Number(3)', Object(3), 'object'],
    ['valueOf()', { valueOf: ran, toString: ran, [Symbol.toPrimitive]: ran }, 'object'],
    ['a number', 3, 'number'],
    ['NaN', NaN, 'number'],
  ];
  const of = (...accepted: string[]): Hostile[] =>
    others.filter(([, , type]) => !accepted.includes(type!)).map(([label, value]) => [label, value, 'type']);
  const nullish: Hostile[] = [['null', null, 'type']];
  if (!kind.endsWith('?')) nullish.push(['undefined', undefined, 'type']);
  const range = (...values: (number | bigint)[]): Hostile[] => values.map((value) => [String(value), value, 'range']);
  const odd = [0.5, NaN, Infinity, -Infinity, 2 ** 53, -(2 ** 53), Number.MIN_VALUE];
  const past = [2 ** 31, 2 ** 32];
  const numbers = (...values: number[]): Hostile[] => [...of('number'), ...nullish, ...range(...odd, ...values)];
  const fakes: Hostile[] = [
    ['a fake typed array', Object.create(Uint8Array.prototype), 'type'],
    ['an ArrayBuffer', new ArrayBuffer(8), 'type'],
    ['a DataView', new DataView(new ArrayBuffer(8)), 'type'],
    ['a Uint16Array', new Uint16Array(4), 'type'],
    ['{ length }', { length: 4, byteLength: 4, byteOffset: 0, buffer: new ArrayBuffer(4) }, 'type'],
    ['a proxy of a Buffer', new Proxy(Buffer.alloc(4), {}), 'type'],
  ];

  switch (name) {
    case 'fd':
      return numbers(-1, ...past);
    case 'fileObject':
      return [
        ...of('number'),
        ...nullish,
        ...range(-1, ...past, ...odd),
        ['a fake stream', Object.create(process.stdout, { fd: { value: '1' } }), 'type'],
        ["{ fd: '3' }", { fd: '3' }, 'type'],
        ['{ fd: true }', { fd: true }, 'type'],
        ['{ fd: -1 }', { fd: -1 }, 'range'],
        ['{ fd: 0.5 }', { fd: 0.5 }, 'range'],
        ['{ fd: { valueOf } }', { fd: { valueOf: ran } }, 'type'],
        ["{ fileno: () => '3' }", { fileno: () => '3' }, 'type'],
        ['{ fileno: () => NaN }', { fileno: () => NaN }, 'range'],
        ['{ fileno: 3 }', { fileno: 3 }, 'type'],
        ["{ _handle: { fd: '3' } }", { _handle: { fd: '3' } }, 'type'],
        ['{ _handle: { fd: 0.5 } }', { _handle: { fd: 0.5 } }, 'range'],
        // Like a net.Socket that is not connected.
        ['{ _handle: { fd: -1 } }', { _handle: { fd: -1 } }, 'type'],
      ];
    case 'int':
      return numbers(...past, -(2 ** 31) - 1);
    case 'size':
      return numbers(-1, ...past);
    case 'count':
    case 'pid':
      return numbers(0, -1, ...past);
    case 'index':
      return numbers(-1, 1000, ...past);
    case 'port':
      return numbers(-1, 65536, ...past);
    case 'mask':
      return numbers(2 ** 32, -(2 ** 31) - 1);
    case 'pollMask':
      return numbers(2 ** 16, -1, ...past);
    case 'events':
      return numbers(0, 8, -1, ...past);
    case 'duration':
      return [...of('number'), ...nullish, ...range(-1, NaN, Infinity, -Infinity, 1e12)];
    case 'limit':
      return [...of('number'), ...nullish, ...range(-1, NaN, -Infinity, 0.5, 2 ** 53)];
    // null stands for an absent timeout.
    case 'timeout':
      return [...of('number'), ...range(NaN)];
    case 'rawTimeout':
      return [...of('number'), ...range(NaN, -1, -Infinity, -Number.MIN_VALUE)];
    case 'counter':
      return [...of('number', 'bigint'), ...nullish, ...range(...odd, -1, -1n, 2n ** 64n - 1n, 2n ** 64n)];
    case 'eventData':
      return [...of('bigint'), ...nullish, ...range(-1n, 2n ** 64n)];
    case 'boolean':
      return [...of('boolean'), ...nullish, ['0', 0, 'type'], ["''", '', 'type']];
    case 'function':
      return [...of('function'), ...nullish, ['a class', EventTarget, 'any']];
    case 'bytes':
      return [...of(), ...nullish, ...fakes];
    case 'data':
      return [...of('string'), ...nullish, ...fakes, ["new String('3')", Object('3'), 'type']];
    case 'optionValue':
      return [...of('number', 'boolean'), ...nullish, ...fakes, ...range(...odd, ...past, -(2 ** 31) - 1)];
    case 'choice':
      return [...of('string'), ...nullish, ...['', '3', 'constructor', '__proto__', 'LEVEL'].map(outOfRange)];
    case 'text':
      return [...of('string'), ...nullish, ...['', '3', 'localhost', '127.0.0.1\0', '127.0.0.1 '].map(outOfRange)];
    case 'path':
      return [...of('string'), ...nullish, ...['a\0b', '/'.repeat(200)].map(outOfRange)];
    case 'ip':
      return [...of('string'), ...nullish, ...['', '3', 'ipv4', 'IPv6'].map(outOfRange)];
    case 'options':
      return [...of('object'), ...nullish, ['{ unknown }', { unknown: 1 }, 'type']];
    case 'address':
      return [...of(), ...nullish];
    case 'signal':
      return [
        ...of(),
        ...nullish,
        ['an EventTarget', new EventTarget(), 'type'],
        ['a fake AbortSignal', Object.create(AbortSignal.prototype), 'type'],
      ];
    case 'list':
      return [...of(), ...nullish, ['a fake EpollEventList', Object.create(io.EpollEventList.prototype), 'type']];
    case 'iterable':
    case 'names': {
      const items = hostileValues(name === 'names' ? 'name' : 'fileObject', io);
      return [
        ...of('array'),
        ...nullish,
        ['{ [Symbol.iterator]: 3 }', { [Symbol.iterator]: 3 }, 'type'],
        ...items.map(([label, item, verdict]): Hostile => [`[${label}]`, [item], verdict]),
      ];
    }
    case 'name':
      return [...of('string'), ...nullish, ...['', 'SIGNONE', 'sigint', 'constructor', '__proto__'].map(outOfRange)];
    // The caller's own function, or any value.
    case 'own':
    case 'any':
      return [];
    default:
      throw new Error(`no such kind: ${kind}`);
  }

  function outOfRange(value: string): Hostile {
    return [JSON.stringify(value.slice(0, 20)), value, 'range'];
  }
}
