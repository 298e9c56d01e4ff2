// Owns the planner's own array methods. JavaScriptCore keeps its own as source and compiles each at its first use, 0.05 ms;
// these are compiled with the planner. They do what those do for arrays without holes, and know no `this` for the callback.

type Call<R> = (value: unknown, index: number, array: readonly unknown[]) => R;
type Values = readonly unknown[];

export const ARRAY_METHODS = {
  at(this: Values, index: number): unknown {
    return this[index < 0 ? this.length + index : index];
  },
  every(this: Values, call: Call<unknown>): boolean {
    for (let i = 0; i < this.length; i++) if (!call(this[i], i, this)) return false;
    return true;
  },
  filter(this: Values, call: Call<unknown>): unknown[] {
    const out: unknown[] = [];
    for (let i = 0; i < this.length; i++) if (call(this[i], i, this)) out.push(this[i]);
    return out;
  },
  find(this: Values, call: Call<unknown>): unknown {
    for (let i = 0; i < this.length; i++) if (call(this[i], i, this)) return this[i];
    return undefined;
  },
  findIndex(this: Values, call: Call<unknown>): number {
    for (let i = 0; i < this.length; i++) if (call(this[i], i, this)) return i;
    return -1;
  },
  findLast(this: Values, call: Call<unknown>): unknown {
    for (let i = this.length - 1; i >= 0; i--) if (call(this[i], i, this)) return this[i];
    return undefined;
  },
  flatMap(this: Values, call: Call<unknown>): unknown[] {
    const out: unknown[] = [];
    for (let i = 0; i < this.length; i++) {
      const got = call(this[i], i, this);
      if (!Array.isArray(got)) out.push(got);
      else for (let k = 0; k < got.length; k++) out.push(got[k]);
    }
    return out;
  },
  map(this: Values, call: Call<unknown>): unknown[] {
    const out: unknown[] = [];
    for (let i = 0; i < this.length; i++) out.push(call(this[i], i, this));
    return out;
  },
  reduce(this: Values, call: (sum: unknown, value: unknown, index: number, array: Values) => unknown, ...first: readonly unknown[]): unknown {
    if (first.length === 0 && this.length === 0) throw new TypeError("reduce of empty array with no initial value");
    let sum = first.length === 0 ? this[0] : first[0];
    for (let i = first.length === 0 ? 1 : 0; i < this.length; i++) sum = call(sum, this[i], i, this);
    return sum;
  },
  some(this: Values, call: Call<unknown>): boolean {
    for (let i = 0; i < this.length; i++) if (call(this[i], i, this)) return true;
    return false;
  },
};

export function from(items: Iterable<unknown> | { readonly length: number }, call?: (value: unknown, index: number) => unknown): unknown[] {
  const values: unknown[] = [];
  if (typeof items === "string" || Symbol.iterator in items) for (const value of items) values.push(value);
  else for (let i = 0; i < items.length; i++) values.push(undefined);
  if (call !== undefined) for (let i = 0; i < values.length; i++) values[i] = call(values[i], i);
  return values;
}

export function fromEntries(entries: Iterable<readonly [PropertyKey, unknown]>): Record<PropertyKey, unknown> {
  const out: Record<PropertyKey, unknown> = {};
  for (const entry of entries) {
    if (entry[0] === "__proto__") Object.defineProperty(out, "__proto__", { value: entry[1], enumerable: true, configurable: true, writable: true });
    else out[entry[0]] = entry[1];
  }
  return out;
}

/** For the whole process: it is the planner's, and runs no code but ours. */
export function useOwnMethods(): void {
  Object.assign(Array.prototype, ARRAY_METHODS);
  Object.assign(Array, { from });
  Object.assign(Object, { fromEntries });
}
