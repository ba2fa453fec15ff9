/** Every benchmark, one after the other: each prints its figures beside a budget or a peer. `npm run bench` */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const BENCHMARKS = [
  ...['api', 'codec', 'compile', 'edge', 'edge-flood', 'flows', 'groups', 'interface-add', 'memory'],
  'security-groups',
];

let failed = 0;
for (const name of BENCHMARKS) {
  console.log(`\n${name}`);
  const file = fileURLToPath(new URL(`./${name}.ts`, import.meta.url));
  const { status } = spawnSync(process.execPath, [...process.execArgv, file], { stdio: 'inherit' });
  if (status !== 0) failed++;
}
process.exitCode = failed === 0 ? 0 : 1;
