// npm run test:installed: installs the tarball as a user does, and uses it. Nothing is compiled, as install scripts do
// not run: so the addon is a prebuild.
import { execSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const PROGRAM = `
  import { DefaultSelector, EVENT_READ } from 'io-selectors';
  import { socketPair } from 'io-selectors/socket';
  const [a, b] = socketPair();
  const selector = new DefaultSelector();
  selector.register(a, EVENT_READ, 'it works');
  b.send('x');
  const found = [...selector.select(), ...(await selector.selectAsync())].map(({ key }) => key.data);
  if (String(found) !== 'it works,it works') throw new Error(String(found));
  console.log(process.version, process.platform, process.arch, selector.backend);
  selector.close();
`;

const { name, version } = JSON.parse(readFileSync('package.json', 'utf8'));
const tarball = resolve(`${name}-${version}.tgz`);
const project = mkdtempSync(join(tmpdir(), `${name}-`));
const run = (command) => execSync(command, { cwd: project, stdio: 'inherit' });
try {
  writeFileSync(join(project, 'package.json'), '{ "private": true, "type": "module" }');
  writeFileSync(join(project, 'program.js'), PROGRAM);
  run(`npm install --ignore-scripts --no-audit --no-fund "${tarball}"`);
  run('node program.js');
  run('npx --no-install io-selectors echo --connections 20 --messages 5');
} finally {
  rmSync(project, { recursive: true });
}
