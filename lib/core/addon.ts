import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

/** node-gyp-build finds the file of an addon: what was built in build/Release, else the prebuild for this machine. */
interface NodeGypBuild {
  resolve(root: string): string;
}

/** The header of an ELF file of 64 bits: https://man7.org/linux/man-pages/man5/elf.5.html */
const ELF = { magic: 0x7f454c46, header: 64, sectionsAt: 40, sectionSize: 58, sections: 60 };

const SANITIZERS = ['libasan.so', 'libtsan.so'];

/** Node-API 8 is the one that the addon is compiled for. */
function checkRuntime(): void {
  const { node, napi } = process.versions;
  const [major = 0, minor = 0] = node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 19)) throw new Error(`Node.js ${node} is older than 20.19`);
  if (!(Number(napi) >= 8)) throw new Error(`this runtime has Node-API ${napi}, and version 8 is needed`);
}

/** Throws an error for files with which the system would end the process. It rejects other bad files itself. */
function checkFile(path: string): void {
  // Importing node:fs would take longer than loading the rest of the package.
  const file = process.getBuiltinModule('node:fs').readFileSync(path);
  if (file.length >= ELF.header && file.readUInt32BE(0) === ELF.magic) {
    // The table of sections comes last. The system maps what the header promises, and SIGBUS follows.
    const sections = file.readUInt16LE(ELF.sectionSize) * file.readUInt16LE(ELF.sections);
    const size = Number(file.readBigUInt64LE(ELF.sectionsAt)) + sections;
    if (file.length < size) throw new Error(`${path} is truncated: it has ${file.length} of ${size} bytes`);
  }
  const preloaded = process.env['LD_PRELOAD'] ?? '';
  const sanitizer = SANITIZERS.find((library) => file.includes(library) && !preloaded.includes(library));
  if (sanitizer !== undefined) {
    throw new Error(`${path} was built for a sanitizer, and ${sanitizer} is not in LD_PRELOAD`);
  }
}

/** What the addon has to fit. */
function describeMachine(): string {
  const { platform, arch, versions } = process;
  const parts = [`${platform}-${arch}`];
  if (platform === 'linux') {
    const { header }: { header?: { glibcVersionRuntime?: string } } = process.report.getReport();
    parts.push(header?.glibcVersionRuntime === undefined ? 'musl' : `glibc ${header.glibcVersionRuntime}`);
  }
  return [...parts, `Node.js ${versions.node}`, `Node-API ${versions.napi}`].join(', ');
}

/** Loads the native part of the package. */
export function loadAddon(): unknown {
  const root = fileURLToPath(new URL('../..', import.meta.url));
  const require = createRequire(import.meta.url);
  let path = `build/Release and prebuilds/${process.platform}-${process.arch} in ${root}`;
  try {
    checkRuntime();
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- it has no types
    path = (require('node-gyp-build') as NodeGypBuild).resolve(root);
    checkFile(path);
    return require(path);
  } catch (cause) {
    const message = [
      `cannot load the addon of io-selectors on ${describeMachine()}`,
      `tried ${path}`,
      cause instanceof Error ? cause.message : String(cause),
      'Build it with a C++ compiler by: npm rebuild io-selectors (from npm 12 on, after: npm install-scripts approve io-selectors)',
    ].join('\n');
    throw Object.assign(new Error(message, { cause }), { code: 'ERR_DLOPEN_FAILED' });
  }
}
