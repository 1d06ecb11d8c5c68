// How many requests of one caller are under way at once.

/** Takes a place for the caller and returns what gives it back, or null where its places are all taken. */
export type Enter = (caller: string, most: number) => (() => void) | null;

export function countUnderWay(): Enter {
  const underWay = new Map<string, number>();
  return (caller, most) => {
    const now = underWay.get(caller) ?? 0;
    if (now >= most) return null;
    underWay.set(caller, now + 1);
    let entered = true;
    return () => {
      if (!entered) return;
      entered = false;
      const left = underWay.get(caller)! - 1;
      if (left === 0) underWay.delete(caller);
      else underWay.set(caller, left);
    };
  };
}
