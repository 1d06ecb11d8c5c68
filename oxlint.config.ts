// What the linter holds the code to, and the one place where the import rule stands (CONTRIBUTING.md says why).

import { defineConfig } from 'oxlint';

interface Ban {
  /** Which specifiers, as written: local ones are relative and end in .ts. In a group, `!` lifts what stands before. */
  readonly regex?: string;
  readonly group?: string[];
  readonly message: string;
  readonly allowTypeImports?: boolean;
}

const engineIsPure: Ban = {
  // Bare names but @lezer and @noble, which are pure themselves, and relative paths that lead out.
  regex: '^[A-Za-z]|^@([^ln]|l[^e]|n[^o])|(^|/)(src|routes)/',
  message: 'The engine is pure: it imports no Node module, no server library and nothing from src/ or routes/.',
};
const oneDoor: Ban = {
  group: ['**/engine/**', '!**/engine/index.ts'],
  message: 'The engine has one door: import engine/index.ts, and export there what is missing.',
};
/** A helper thread runs what others have compiled: it starts in a tenth of the time without the rest of the engine. */
const sideDoor: Ban = { ...oneDoor, group: [...(oneDoor.group ?? []), '!**/engine/run/instantiate.ts'] };
const routesBelowSrc: Ban = {
  group: ['**/src/**'],
  message: 'Imports point one way, src → routes → engine: what a route needs from the process is handed to it.',
};
const passesKnowNoOps: Ban = {
  // ops/calls.ts is the builder's typed methods: types, and no op.
  group: ['**/ops/**', '!**/ops/calls.ts'],
  message: "Passes dispatch on an op's interface (engine/op.ts): only engine/compile.ts knows passes and ops both.",
};
const familiesKnowNoOps: Ban = {
  ...passesKnowNoOps,
  message: 'A family knows no op of its own: rules name ops through the builder, b.multiply(x, y).',
};
const opsKnowNoOps: Ban = {
  group: ['./*', '**/ops/**'],
  message: 'Ops do not know each other: rules name ops through the builder, b.multiply(x, y).',
};
const opsKnowNoPasses: Ban = {
  group: ['transform', 'optimize', 'wasm', 'run', 'program', 'spec', 'onnx']
    .map((room) => `../${room}/**`)
    .concat('../compile.ts'),
  message: 'Ops do not know the passes: they meet at engine/op.ts, and control flow is handed the passes it needs.',
  allowTypeImports: true,
};

const imports = (...patterns: Ban[]): ['error', { patterns: Ban[] }] => ['error', { patterns }];

// Global names of a browser's worker that the type checker takes for ours when a local name is missing or misspelt.
const stray = 'close event length location name onerror onmessage origin postMessage self status stop top'.split(' ');

const impure = [
  ...'process performance Date Buffer global globalThis require fetch setTimeout setInterval setImmediate queueMicrotask'.split(
    ' ',
  ),
  ...'console navigator crypto caches indexedDB importScripts XMLHttpRequest WebSocket Worker'.split(' '),
].map((name) => ({ name, message: 'The engine is pure: no process, clock, network, randomness or console.' }));

export default defineConfig({
  plugins: ['eslint', 'typescript', 'unicorn', 'oxc', 'import', 'promise', 'node'],
  categories: { correctness: 'error', suspicious: 'error' },
  options: { typeAware: true, reportUnusedDisableDirectives: 'error' },
  env: { es2025: true, node: true },
  ignorePatterns: ['clients/**', 'docs/**', 'deploy/**', 'engine/ops/index.ts', 'engine/ops/calls.ts'],
  rules: {
    'import/no-cycle': ['error', { ignoreTypes: true }],
    'import/no-self-import': 'error',
    'no-restricted-globals': ['error', ...stray],
    'no-console': 'error',
    eqeqeq: ['error', 'always', { null: 'ignore' }],
    'no-var': 'error',
    'prefer-const': 'error',
    'typescript/consistent-type-imports': 'error',
    'typescript/no-explicit-any': 'error',
    'typescript/no-misused-promises': 'error',
    'typescript/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
    'typescript/only-throw-error': 'error',
    'typescript/return-await': 'error',
    // Numeric code allocates arrays by length and sorts its own; ops are plain objects whose functions use no `this`;
    // a switch over a union needs no return behind it.
    'unicorn/no-new-array': 'off',
    'unicorn/no-array-sort': 'off',
    'unicorn/no-array-reverse': 'off',
    'unicorn/consistent-function-scoping': 'off',
    // Threads have no origin.
    'unicorn/require-post-message-target-origin': 'off',
    'typescript/unbound-method': 'off',
    'typescript/consistent-return': 'off',
    'typescript/no-unsafe-type-assertion': 'off',
    'typescript/restrict-template-expressions': 'off',
    'no-shadow': 'off',
    'no-underscore-dangle': 'off',
  },
  overrides: [
    { files: ['src/**'], rules: { 'no-restricted-imports': imports(oneDoor) } },
    { files: ['src/pool/team-helper.ts'], rules: { 'no-restricted-imports': imports(sideDoor) } },
    { files: ['routes/**'], rules: { 'no-restricted-imports': imports(oneDoor, routesBelowSrc) } },
    {
      files: ['engine/**'],
      rules: {
        'no-restricted-imports': imports(engineIsPure),
        'no-restricted-globals': ['error', ...stray, ...impure],
        'no-restricted-properties': [
          'error',
          { object: 'Math', property: 'random', message: 'Random draws are counter-based and seeded by the request.' },
        ],
      },
    },
    {
      files: ['engine/{transform,optimize,wasm,run}/**'],
      rules: { 'no-restricted-imports': imports(passesKnowNoOps, engineIsPure) },
    },
    { files: ['engine/families/**'], rules: { 'no-restricted-imports': imports(familiesKnowNoOps, engineIsPure) } },
    {
      files: ['engine/ops/**'],
      rules: { 'no-restricted-imports': imports(opsKnowNoOps, opsKnowNoPasses, engineIsPure) },
    },
    { files: ['scripts/**', 'bench/**', 'test/fuzz/main.ts'], rules: { 'no-console': 'off' } },
  ],
});
