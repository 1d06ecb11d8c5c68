// Brings the peers onto the machine when they are wanted: a Python environment and a folder of npm packages, both ignored by git.

import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';

const path = (name: string): string => new URL(name, import.meta.url).pathname;

interface Outcome {
  readonly ok: boolean;
  readonly said: string;
}

function run(command: string, args: readonly string[], cwd?: string): Outcome {
  const { status, stderr, error } = spawnSync(command, args, { cwd, encoding: 'utf8' });
  return { ok: status === 0, said: error?.message ?? stderr.trim().split('\n').at(-1) ?? '' };
}

export interface Python {
  readonly command: string;
  /** Of numpy, jax and torch those that it has. */
  readonly has: ReadonlySet<string>;
}

/** BENCH_PYTHON, or an environment in bench/.venv with what pip could install of the requirements. */
export function findPython(notice: (text: string) => void): Python | undefined {
  const command = process.env['BENCH_PYTHON'] ?? install(notice);
  if (command === undefined) return undefined;
  const modules = ['numpy', 'jax', 'torch'];
  const look = `import importlib.util as u; print(*(m for m in ${JSON.stringify(modules)} if u.find_spec(m)))`;
  const { status, stdout } = spawnSync(command, ['-c', look], { encoding: 'utf8' });
  const has = new Set(status === 0 ? stdout.trim().split(' ') : []);
  const missing = modules.filter((m) => !has.has(m));
  if (missing.length > 0) notice(`Left out: ${command} has no ${missing.join(', ')}.`);
  // The script that speaks for all of them reads its inputs with NumPy.
  return has.has('numpy') ? { command, has } : undefined;
}

function install(notice: (text: string) => void): string | undefined {
  const python = path('.venv/bin/python');
  const requirements = readFileSync(path('peers/requirements.txt'), 'utf8');
  const stamp = path('.venv/requirements.txt');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === requirements) return python;
  notice('Installing the Python peers into bench/.venv …');
  const made = run('python3', ['-m', 'venv', path('.venv')]);
  if (!made.ok) {
    notice(`No Python environment, so no PyTorch, JAX or NumPy: ${made.said}`);
    return undefined;
  }
  // One by one: what can be installed is measured.
  let complete = true;
  for (const requirement of requirements.trim().split('\n')) {
    const { ok, said } = run(python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', requirement]);
    if (ok) continue;
    complete = false;
    notice(`pip could not install ${requirement}: ${said}`);
  }
  if (complete) writeFileSync(stamp, requirements);
  return python;
}

/** Whether the packages of bench/peers are there, installed from its lockfile if they were not. */
export function findPackages(notice: (text: string) => void): boolean {
  const lock = readFileSync(path('peers/package-lock.json'), 'utf8');
  const stamp = path('peers/node_modules/.lock');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) return true;
  notice('Installing the npm peers into bench/peers/node_modules …');
  // Their install scripts fetch builds for graphics processors.
  const { ok, said } = run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], path('peers'));
  if (ok) writeFileSync(stamp, lock);
  else notice(`npm could not install onnxruntime-node, TensorFlow.js and jax-js: ${said}`);
  return ok;
}
