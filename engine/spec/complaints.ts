// Collects what is wrong with a graph, so that one answer tells up to ten mistakes.

import type { ErrorCode, Issue } from '../errors.ts';
import { EngineError } from '../errors.ts';

/** How many mistakes one answer tells. */
const most = 10;

export interface Complaints {
  /** Whether there are as many as an answer tells. */
  readonly full: () => boolean;
  readonly add: (code: ErrorCode, issue: Issue) => void;
  /** Runs `body`; a user error in it is noted, at `pointer` where it has no place of its own, and undefined returned. */
  readonly attempt: <T>(pointer: string, body: () => T, reword?: (message: string) => string) => T | undefined;
  /** Throws what was collected, in the order it was found; the first decides the code. */
  readonly raise: () => void;
}

export function collectComplaints(): Complaints {
  const issues: Issue[] = [];
  let first: ErrorCode | undefined;
  const add = (code: ErrorCode, issue: Issue): void => {
    first ??= code;
    if (issues.length < most) issues.push(issue);
  };
  const raise = (): void => {
    if (first !== undefined) throw new EngineError(first, issues);
  };
  const attempt = <T>(pointer: string, body: () => T, reword = (message: string) => message): T | undefined => {
    try {
      return body();
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
      for (const issue of error.issues) {
        const own = issue.pointer === undefined || issue.pointer === pointer;
        add(error.code, own ? { pointer, ...issue, message: reword(issue.message) } : issue);
      }
      // Over a limit, everything after it would fail alike.
      if (error.code === 'E_LIMIT') raise();
      return undefined;
    }
  };
  return { full: () => issues.length >= most, add, attempt, raise };
}
