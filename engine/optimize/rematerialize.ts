// Rematerialization: which arrays to let go of and compute again, so that what is held at once stays within a budget.

/** A task done wholly or in part: some of what it makes, from what that needs. */
export interface Part {
  readonly reads: readonly number[];
  readonly makes: readonly number[];
  readonly scratchBytes: number;
  /** Pairs of a result and an operand whose place it may take when nothing needs that any more. */
  readonly reuses: readonly (readonly [result: number, operand: number])[];
  /** What doing it costs: floating-point operations, and elements moved. */
  readonly work: number;
}

/** Something that is computed at once; arrays are numbers. */
export interface Task {
  readonly makes: readonly number[];
  /** What has to be done for some of what it makes, where others of it are there to be read. */
  part(wanted: readonly number[], given?: readonly number[]): Part;
}

/** A computation as tasks in their order. What is there throughout (inputs, constants) has no number. */
export interface Work {
  readonly tasks: readonly Task[];
  /** Of each array. */
  readonly bytes: readonly number[];
  /** The task that makes each array. */
  readonly maker: readonly number[];
  /** Arrays that are needed when all is done. */
  readonly kept: ReadonlySet<number>;
}

/** A task done, for these of its arrays: those that later ones read of it. */
export interface Run {
  readonly task: number;
  readonly makes: readonly number[];
  /** Others of its arrays, which it reads. */
  readonly given: readonly number[];
}

export interface Schedule {
  readonly runs: readonly Run[];
  readonly work: number;
}

/** More than so many times the work, or the tasks, is no answer. */
const [mostWork, mostRuns] = [16, 24];
/** What a task takes to be gone through, beside what is looked at. */
const looksOfRun = 50;
/** A chain of so many arrays that are gone is not followed further. */
const farthest = 400;
/** Arrays that are weighed by what it costs to have them again: those that are largest, for how long. */
const mostWeighed = 256;
/** Arrays that one schedule looks at, a fraction of a second, and all that are tried. */
const [mostLooks, mostLooksInAll] = [5e6, 2e7];

/**
 * The tasks, some of them more than once, so that at most `budget` bytes are held at any moment; null where no way was found.
 * The schedule is gone through with that much memory: what is in the way of an array leaves for it and is computed again when
 * it is next read. What leaves is what is large, not needed for long, and cheap to compute again, operands that are gone
 * themselves included (Kirisame et al. 2021, "Dynamic tensor rematerialization", with the next uses known, as Belady has
 * them). On a chain of n layers that keeps about √n of them for one more forward run, as Chen et al. 2016 do.
 */
function rematerialize(work: Work, budget: number, effort: { looks: number }): Schedule | null {
  const rehearsal = new Rehearsal(work, budget);
  const schedule = rehearsal.run();
  effort.looks += rehearsal.looks;
  return schedule;
}

/** The work of doing everything once. */
const workOf = ({ tasks }: Work): number => tasks.reduce((n, task) => n + task.part(task.makes).work, 0);

/** Bytes without which no task, or no answer, can be there: a lower bound of every budget. */
function leastBudget({ tasks, bytes, kept }: Work): number {
  let least = 0;
  const sum = (list: Iterable<number>): number => [...list].reduce((n, x) => n + bytes[x], 0);
  for (const task of tasks) {
    const { reads, makes, scratchBytes, reuses } = task.part(task.makes);
    const over = new Map(reuses.map(([result, operand]) => [operand, result]));
    least = Math.max(least, sum(new Set([...reads, ...makes])) + scratchBytes - sum(over.keys()));
  }
  return Math.max(least, sum(kept));
}

/** Schedules that are tried on the way to the least memory that there is. */
const searches = 14;

/** Bytes of a computation: the limit, what is there throughout, and what it takes when nothing is done again. */
export interface Room {
  readonly limit: number;
  readonly fixed: number;
  readonly free: number;
}

/**
 * What `carry` makes of a schedule under which it takes at most the limit, with little done again; or, where none was found,
 * the least that it takes. What is taken in the end differs from what is counted here, by gaps between arrays and by what
 * takes another's place; so budgets are tried, from the limit down.
 */
export function fitting<T>(
  work: Work,
  { limit, fixed, free }: Room,
  carry: (schedule: Schedule) => { readonly made: T; readonly peak: number },
): { readonly made: T; readonly schedule: Schedule } | { readonly least: number } {
  let least = Infinity;
  const effort = { looks: 0 };
  const attempt = (budget: number) => {
    const schedule = effort.looks > mostLooksInAll ? null : rematerialize(work, budget, effort);
    if (schedule === null) return null;
    return { ...carry(schedule), schedule };
  };
  const floor = leastBudget(work);
  for (let i = 0, budget = limit - fixed; i < searches / 2 && budget >= floor; i++) {
    const found = attempt(budget);
    if (found === null) break;
    if (found.peak <= limit) return found;
    budget -= Math.max(found.peak - limit, Math.ceil(budget / 64));
  }
  let [low, high] = [floor, Math.max(floor, free - fixed)];
  for (let i = 0; i < searches && low <= high; i++) {
    const middle = Math.floor((low + high) / 2);
    const found = attempt(middle);
    if (found !== null && found.peak <= limit) return found;
    if (found === null) low = middle + 1;
    else {
      // Of budgets that do not depend on the limit: it is found again where it is the limit.
      least = Math.min(least, found.peak);
      high = middle - 1;
    }
  }
  return { least };
}

class Rehearsal {
  readonly #work: Work;
  readonly #budget: number;
  readonly #there: boolean[];
  /** How many tasks that are being done read each array. */
  readonly #locks: number[];
  /** The tasks that read each array, and how many of them are over. */
  readonly #uses: number[][];
  readonly #passed: number[];
  readonly #present = new Set<number>();
  readonly #runs: Run[] = [];
  readonly #mostWork: number;
  looks = 0;
  /** Which walk has come by each array last. */
  readonly #seen: Int32Array;
  #stamp = 0;
  #held = 0;
  #spent = 0;
  /** The task at hand: those before it are done. */
  #now = 0;

  constructor(work: Work, budget: number) {
    this.#work = work;
    this.#budget = budget;
    this.#there = work.bytes.map(() => false);
    this.#locks = work.bytes.map(() => 0);
    this.#seen = new Int32Array(work.bytes.length);
    this.#passed = work.bytes.map(() => 0);
    this.#uses = work.bytes.map(() => []);
    work.tasks.forEach((task, at) => {
      for (const x of task.part(task.makes).reads) this.#uses[x].push(at);
    });
    this.#mostWork = mostWork * workOf(work);
  }

  run(): Schedule | null {
    const { tasks } = this.#work;
    for (; this.#now < tasks.length; this.#now++) {
      const task = tasks[this.#now];
      if (!this.#do(this.#now, task.makes, 0)) return null;
    }
    return trimmed(this.#work, this.#runs);
  }

  /** Does a task for some of its arrays, after all that it reads and is gone; at a depth above 0 to have one array again. */
  #do(at: number, wanted: readonly number[], depth: number): boolean {
    if (depth > farthest) return false;
    const { maker, tasks, bytes } = this.#work;
    const given = depth === 0 ? [] : this.#givenFor(at, wanted);
    const part = tasks[at].part(depth === 0 ? wanted : this.#withSiblings(at, wanted, given), given);
    const { reads, makes, scratchBytes, work } = part;
    const first = this.#now + (depth > 0 ? 0 : 1);
    const held = this.#heldFor(reads, given);
    for (const x of held) this.#locks[x]++;
    // What comes back is held for its reader.
    for (const x of reads) {
      if (!this.#there[x] && !this.#do(maker[x], [x], depth + 1)) return false;
      this.#locks[x]++;
    }
    for (const x of held) this.#locks[x]--;
    for (const x of held) if (this.#isOver(x, first, 0)) this.#drop(x);
    this.#spent += work;
    this.looks += looksOfRun;
    if (this.looks > mostLooks) return false;
    if (this.#spent > this.#mostWork || this.#runs.length > mostRuns * tasks.length) return false;
    const needed = makes.reduce((n, y) => n + bytes[y], scratchBytes) - this.#reusable(part, first);
    // Where there is no room for all that it makes, some of it waits until it is needed.
    const own = depth === 0 ? makes : makes.filter((y) => !wanted.includes(y));
    const made = this.#makeRoom(needed, makes, own, (rest) => tasks[at].part(rest, given));
    if (made === null) return false;
    this.#runs.push({ task: at, makes: made.filter((y) => !this.#there[y]), given });
    for (const y of made) this.#add(y);
    for (const x of reads) this.#locks[x]--;
    for (const x of reads) if (this.#isOver(x, first, 0)) this.#drop(x);
    // What was made for another task stays for it.
    if (depth === 0) for (const y of makes) if (this.#isOver(y, first, 0)) this.#drop(y);
    return true;
  }

  /** What stays while reads that are gone come back: what is given and read, and what several of them are made from. */
  #heldFor(reads: readonly number[], given: readonly number[]): ReadonlySet<number> {
    const { maker, tasks } = this.#work;
    const held = new Set(given.filter((x) => reads.includes(x)));
    const seen = new Set<number>();
    for (const x of reads) {
      if (this.#there[x]) continue;
      const { reads: from } = tasks[maker[x]].part([x], this.#givenFor(maker[x], [x]));
      for (const y of from) (seen.has(y) ? held : seen).add(y);
    }
    return held;
  }

  /** Arrays, and those that cost nothing more where these are made and are gone and needed, too. */
  #withSiblings(at: number, wanted: readonly number[], given: readonly number[]): readonly number[] {
    const task = this.#work.tasks[at];
    if (task.makes.length === wanted.length) return wanted;
    const { work } = task.part(wanted, given);
    const free = (y: number): boolean =>
      !this.#there[y] &&
      !wanted.includes(y) &&
      this.#next(y, this.#now) !== null &&
      task.part([...wanted, y], given).work <= work;
    return [...wanted, ...task.makes.filter(free)];
  }

  /** What is there of what a task makes, and need not be made for another array of it. */
  #givenFor(at: number, wanted: readonly number[]): number[] {
    const { makes } = this.#work.tasks[at];
    return makes.length === wanted.length ? [] : makes.filter((y) => this.#there[y] && !wanted.includes(y));
  }

  /** Bytes of operands whose places results take. */
  #reusable({ reuses }: Part, first: number): number {
    let bytes = 0;
    const taken = new Set<number>();
    for (const [result, operand] of reuses) {
      if (taken.has(operand) || taken.has(result) || !this.#isOver(operand, first, 1)) continue;
      taken.add(operand).add(result);
      bytes += this.#work.bytes[operand];
    }
    return bytes;
  }

  /** Whether nothing from a task on reads an array, but for so many of those that are being done. */
  readonly #isOver = (x: number, first: number, readers: number): boolean =>
    this.#locks[x] <= readers && this.#next(x, first) === null;

  /** The next task from one on that reads an array; Infinity where it is kept, null where nothing needs it. */
  #next(x: number, first: number): number | null {
    const uses = this.#uses[x];
    while (this.#passed[x] < uses.length && uses[this.#passed[x]] < this.#now) this.#passed[x]++;
    let at = this.#passed[x];
    while (at < uses.length && uses[at] < first) at++;
    return at < uses.length ? uses[at] : this.#work.kept.has(x) ? Infinity : null;
  }

  #add(x: number): void {
    if (this.#there[x]) return;
    this.#there[x] = true;
    this.#present.add(x);
    this.#held += this.#work.bytes[x];
  }

  #drop(x: number): void {
    if (!this.#there[x]) return;
    this.#there[x] = false;
    this.#present.delete(x);
    this.#held -= this.#work.bytes[x];
  }

  /**
   * Lets go of arrays until there is room for others, and of such of these as may be left out of a task. What is to be made
   * then; null where there is no room for it.
   */
  #makeRoom(
    needed: number,
    makes: readonly number[],
    own: readonly number[],
    part: (rest: readonly number[]) => Part,
  ): readonly number[] | null {
    const { bytes } = this.#work;
    let made = makes;
    let left = own;
    let missing = this.#held + needed - this.#budget;
    while (missing > 0) {
      let best = -1;
      let most = 0;
      for (const { x, size } of this.#largest(left)) {
        const score = size / (1 + this.#costOf(x));
        if (score > most) [best, most] = [x, score];
      }
      if (best < 0 || this.looks > mostLooks) return null;
      if (this.#there[best]) {
        this.#drop(best);
        missing -= bytes[best];
        continue;
      }
      left = left.filter((y) => y !== best);
      const rest = made.filter((y) => y !== best);
      if (rest.length === 0 || part(rest).makes.length > rest.length) continue;
      made = rest;
      missing -= bytes[best];
    }
    return made;
  }

  /** Arrays that may go, of those that are there and of others, by bytes and how long nothing reads them. */
  #largest(others: readonly number[]): { readonly x: number; readonly size: number }[] {
    const { bytes, kept, tasks } = this.#work;
    const found: { x: number; size: number }[] = [];
    this.looks += this.#present.size;
    for (const x of [...this.#present, ...others]) {
      if (this.#locks[x] > 0 || kept.has(x)) continue;
      const until = this.#next(x, this.#now);
      found.push({ x, size: bytes[x] * (until === null ? tasks.length : until - this.#now + 1) });
    }
    return found.length <= mostWeighed ? found : found.sort((a, b) => b.size - a.size).slice(0, mostWeighed);
  }

  /** What it costs to have an array again when it is next read, with all that is gone by then on the way to it. */
  #costOf(x: number): number {
    const { maker, tasks, kept } = this.#work;
    const until = this.#next(x, this.#now) ?? this.#now;
    const stays = (y: number): boolean => this.#there[y] && (kept.has(y) || (this.#uses[y].at(-1) ?? -1) >= until);
    const stamp = ++this.#stamp;
    const queue = [x];
    this.#seen[x] = stamp;
    let cost = 0;
    for (const y of queue) {
      const task = tasks[maker[y]];
      const given = task.makes.length === 1 ? [] : this.#givenFor(maker[y], [y]).filter(stays);
      const { work, reads } = task.part([y], given);
      cost += work;
      if (queue.length >= farthest) break;
      for (const r of reads) {
        if (this.#seen[r] === stamp || stays(r)) continue;
        this.#seen[r] = stamp;
        queue.push(r);
      }
    }
    this.looks += queue.length;
    return cost;
  }
}

/** The runs without what nothing reads of them. */
function trimmed({ tasks, kept }: Work, runs: readonly Run[]): Schedule {
  /** The last run that made each array; for each run, those that made what it reads. */
  const latest = new Map<number, number>();
  const makers = runs.map(({ task, makes, given }, at) => {
    const read = new Map([...tasks[task].part(makes, given).reads, ...given].map((x) => [x, latest.get(x)!]));
    for (const y of makes) latest.set(y, at);
    return read;
  });
  const wanted = runs.map(() => new Set<number>());
  for (const y of kept) wanted[latest.get(y)!].add(y);
  const needed: Run[] = [];
  let work = 0;
  for (let at = runs.length - 1; at >= 0; at--) {
    const { task, makes, given } = runs[at];
    const still = makes.filter((y) => wanted[at].has(y));
    if (still.length === 0) continue;
    const part = tasks[task].part(still, given);
    for (const x of part.reads) wanted[makers[at].get(x)!].add(x);
    needed.push({ task, makes: still, given });
    work += part.work;
  }
  return { runs: needed.reverse(), work };
}
