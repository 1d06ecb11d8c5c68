// "Did you mean": the names closest to one that does not exist.

/** Names longer than this are data, not typing mistakes. */
const longest = 48;
/** How many candidates are looked at, so that a mistake in a huge graph stays cheap to answer. */
const most = 20_000;

/**
 * The candidates within a few typing mistakes of `name` (a letter added, left out, changed, or two swapped), closest
 * first, at most `limit` of them. Case counts less than a letter.
 */
export function closest(name: string, candidates: Iterable<string>, limit = 2): string[] {
  if (name.length === 0 || name.length > longest) return [];
  const wanted = name.toLowerCase();
  // One mistake in a short name, two from 4 letters on, three from 9.
  const allowed = name.length < 4 ? 1 : name.length < 9 ? 2 : 3;
  const found = new Map<string, number>();
  let looked = 0;
  for (const candidate of candidates) {
    if (++looked > most) break;
    if (candidate === name || candidate.length === 0 || candidate.length > longest + allowed) continue;
    const distance = editDistance(wanted, candidate.toLowerCase(), allowed);
    // A short name that shares no letter in place is another name, not a mistyped one.
    if (distance < Math.min(allowed + 1, Math.max(name.length, candidate.length))) found.set(candidate, distance);
  }
  const best = Math.min(...found.values());
  const near = [...found].flatMap(([candidate, distance]) => (distance === best ? [candidate] : []));
  // Letters are swapped or mistaken more often than lost.
  const alike = near.filter((candidate) => candidate.length === name.length);
  return (alike.length > 0 ? alike : near)
    .sort((a, b) => likeness(b, name) - likeness(a, name) || (a < b ? -1 : 1))
    .slice(0, limit);
}

/** `Did you mean "tanh"?`, as a sentence or a hint of its own; undefined where nothing is near. */
export function nearest(name: string, candidates: Iterable<string>): string | undefined {
  const names = closest(name, candidates).map((n) => JSON.stringify(n));
  return names.length === 0 ? undefined : `Did you mean ${names.join(' or ')}?`;
}

/** The same to stand behind another sentence: with a space before it, or empty. */
export function didYouMean(name: string, candidates: Iterable<string>): string {
  const sentence = nearest(name, candidates);
  return sentence === undefined ? '' : ` ${sentence}`;
}

/** Between equals: the same length first (letters swapped rather than lost), then what starts alike. */
function likeness(candidate: string, name: string): number {
  let n = 0;
  while (n < name.length && n < candidate.length && name[n] === candidate[n]) n++;
  return candidate.length === name.length ? n + longest : n;
}

/** Damerau-Levenshtein (optimal string alignment), given up as soon as it exceeds `limit`: then limit + 1. */
function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) > limit) return limit + 1;
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = new Array<number>(b.length + 1).fill(limit + 1);
    row[0] = i;
    let least = i;
    for (let j = Math.max(1, i - limit); j <= Math.min(b.length, i + limit); j++) {
      const changed = a[i - 1] === b[j - 1] ? 0 : 1;
      let d = Math.min(last[j] + 1, row[j - 1] + 1, last[j - 1] + changed);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) d = Math.min(d, before[j - 2] + 1);
      row[j] = d;
      least = Math.min(least, d);
    }
    if (least > limit) return limit + 1;
    [before, last] = [last, row];
  }
  return Math.min(last[b.length], limit + 1);
}
