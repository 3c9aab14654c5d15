// A TCP echo server over loopback, against the same server in C and against Node's own net.
import { getDescriptorLimit } from 'io-selectors/fd';
import { twoCores } from './cores.js';
import { median } from './median.js';
import { compile, hasCompiler, script } from './peers.js';
import { Program } from './program.js';
import { type Figures, Results, type Target } from './results.js';
import type { Workload } from './workload.js';

const RATE = 'messages per second';
const CPU = 'CPU time per message';
const BUSY = 'busy';
const SIZES = [1, 10, 100, 1000, 5000];
/** What a server has open besides its connections, amply. */
const OTHER_DESCRIPTORS = 100;
const HEADER = '    N  server        median              range    to C  to net  CPU ns    to C  busy';

const SCRIPTS: Record<string, string[]> = {
  selectEach: [...script('echo'), 'selectEach'],
  select: [...script('echo'), 'select'],
  selectAsync: [...script('echo'), 'selectAsync'],
  net: script('echo-net'),
};

function targetsAt(connections: number): Target[] {
  const neverBelowNet: Target = { peer: 'selectAsync', to: 'net', figure: RATE, least: 1 };
  if (connections < 1000) return [neverBelowNet];
  if (connections > 1000) return [];
  return [
    neverBelowNet,
    { peer: 'selectEach', to: 'C', figure: RATE, least: 0.95 },
    { peer: 'selectEach', to: 'net', figure: RATE, least: 1.5 },
    { peer: 'selectEach', to: 'C', figure: CPU, most: 1.15 },
    { peer: 'selectAsync', to: 'C', figure: RATE, least: 0.9 },
    { peer: 'selectAsync', to: 'C', figure: CPU, most: 1.4 },
  ];
}

/** One server and one load, each on a core of its own where there are two. */
async function measure(server: string[], load: string, connections: number, milliseconds: number): Promise<Figures> {
  const [serverCore, loadCore] = twoCores();
  await using serving = new Program(server, serverCore);
  const amount = [await serving.line(), `${connections}`, `${milliseconds}`, `${serving.pid}`];
  // Where the two share a core, a load that never sleeps would take it from the server.
  const spin = loadCore === undefined ? [] : ['spin'];
  await using loading = new Program([load, ...amount, ...spin], loadCore);
  const [messages, seconds, cpuSeconds] = (await loading.line()).split(' ').map(Number);
  // The server first: when the load goes, it resets its connections.
  await serving.end();
  return { [RATE]: messages / seconds, [CPU]: (cpuSeconds / messages) * 1e9, [BUSY]: cpuSeconds / seconds };
}

function report(connections: number, results: Results): string[] {
  for (const peer of results.peers) {
    const rates = results.values(peer, RATE);
    const spread = `${Math.min(...rates).toFixed(0)} - ${Math.max(...rates).toFixed(0)}`;
    const rate = median(rates).toFixed(0);
    const cells = [`${connections}`.padStart(5), peer.padEnd(11), rate.padStart(7), spread.padStart(17)];
    const ratios = [results.ratio(peer, 'C', RATE), results.ratio(peer, 'net', RATE), results.ratio(peer, 'C', CPU)];
    const [toC, toNet, cpuToC] = ratios.map((ratio) => ratio.toFixed(3).padStart(6));
    const cpu = median(results.values(peer, CPU)).toFixed(0).padStart(6);
    const busy = `${(median(results.values(peer, BUSY)) * 100).toFixed(0)}%`.padStart(4);
    console.log([...cells, toC, toNet, cpu, cpuToC, busy].join('  '));
  }
  return results.missed(targetsAt(connections), `${connections} connections`);
}

export const echo: Workload = {
  about: 'TCP echo servers, 64-byte messages, one in flight for each of N connections; messages per second',

  async run(quick) {
    if (!hasCompiler()) {
      console.log('left out: the load is a program in C');
      return [];
    }
    const load = compile('echo-load');
    const inC = compile('echo');
    const { hard } = getDescriptorLimit();
    const sizes = SIZES.filter((size) => size + OTHER_DESCRIPTORS <= hard && !(quick && size > 1000));
    const [rounds, milliseconds] = quick ? [3, 250] : [7, 800];
    console.log(`messages per second, and the server's CPU time per message; ratios: medians of the rounds' ratios`);
    console.log('busy: share of its core that the server takes; with less than all of it, the load is measured too');
    if (twoCores().length === 0) console.log('server and load share their cores, as there are not two, or no taskset');
    console.log(HEADER);
    const missed: string[] = [];
    for (const connections of sizes) {
      const peers = ['C', ...Object.keys(SCRIPTS)];
      const results = await Results.of(peers, { label: `echo, N = ${connections}`, rounds }, (peer) =>
        measure(SCRIPTS[peer] ?? [inC, `${connections}`], load, connections, milliseconds),
      );
      missed.push(...report(connections, results));
    }
    return missed;
  },
};
