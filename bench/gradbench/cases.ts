// Which of GradBench's evals are run at which sizes, and what is aimed for: the peer's time for a derivative over ours.

export interface Case {
  readonly module: string;
  /** Of the eval's own run.py. */
  readonly args: readonly string[];
  /** The functions that are derivatives; the others are run once, to be held to the eval's expectation. */
  readonly derivatives: readonly string[];
  readonly targets: Readonly<Partial<Record<ToolName, number>>>;
  /** Tools that would take minutes for a run. */
  readonly without?: readonly ToolName[];
}

export const labels = {
  ours: 'Cotangent',
  manual: 'C++ by hand',
  pytorch: 'PyTorch',
} as const;
export type ToolName = keyof typeof labels;

const nested = ['rr', 'ff', 'fr', 'rf'];

/** One case for each list of sizes. */
const sizes = (module: string, derivatives: readonly string[], targets: Case['targets'], lists: string): Case[] =>
  lists.split(', ').map((list) => ({ module, args: list.split(' ').filter(Boolean), derivatives, targets }));

const withoutPyTorch = (list: readonly Case[]): Case[] => list.map((c) => ({ ...c, without: ['pytorch'] }));

export const cases: readonly Case[] = [
  ...sizes('gmm', ['jacobian'], { manual: 1.5, pytorch: 5 }, '-d 2 -k 5, -d 10 -k 25, -d 64 -k 100'),
  ...sizes('lse', ['gradient'], { manual: 1.2, pytorch: 5 }, '-n 2500, -n 40000'),
  ...sizes('llsq', ['gradient'], { manual: 3 }, '-n 16, -n 1024, -n 16392'),
  ...sizes('kmeans', ['dir'], { manual: 1, pytorch: 5 }, '-k 10 -n 1000 -d 8, -k 100 -n 10000 -d 8'),
  ...sizes('lstm', ['jacobian'], { manual: 5, pytorch: 100 }, '-l 2 -c 1024'),
  ...withoutPyTorch(sizes('lstm', ['jacobian'], { manual: 5 }, '-l 4 -c 4096')),
  ...sizes('ba', ['jacobian'], { manual: 0.8, pytorch: 100 }, '--min 1 --max 1'),
  ...withoutPyTorch(sizes('ba', ['jacobian'], { manual: 0.8 }, '--min 2 --max 2')),
  ...sizes('ht', ['jacobian'], { manual: 0.5, pytorch: 100 }, '--min 1 --max 1'),
  ...withoutPyTorch(sizes('ht', ['jacobian'], { manual: 0.5 }, '--min 4 --max 4')),
  ...sizes('ode', ['gradient'], {}, '-n 1000 -s 10'),
  ...sizes('det', ['gradient'], { manual: 3, pytorch: 100 }, '-l 5'),
  ...sizes('det', ['gradient'], { manual: 100, pytorch: 100 }, '-l 8'),
  ...sizes('particle', nested, { pytorch: 100 }, ''),
  ...sizes('saddle', nested, { pytorch: 100 }, ''),
];
