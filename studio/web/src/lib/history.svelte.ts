/** Undo and redo: every state that a form had, as JSON, in the order in which it had them. */

/** So many steps are remembered. */
const MAX_STEPS = 100;
/** Changes of one number that follow each other faster than this, as of a slider, are one step, ms. */
const ONE_STEP_MS = 1000;

export class History {
  #past = $state.raw<string[]>([]);
  #future = $state.raw<string[]>([]);
  #present = "";
  /** The numbers that the last step changed, and when, ms. */
  #numbers = "";
  #changed = 0;

  readonly canUndo = $derived(this.#past.length > 0);
  readonly canRedo = $derived(this.#future.length > 0);

  /** Record the state that the form has now. */
  record(state: string): void {
    if (state === this.#present) return;
    if (this.#present) {
      const numbers = changedNumbers(this.#present, state);
      const now = Date.now();
      const continues = numbers !== "" && numbers === this.#numbers && now - this.#changed < ONE_STEP_MS;
      if (!continues) this.#past = [...this.#past, this.#present].slice(-MAX_STEPS);
      this.#numbers = numbers;
      this.#changed = now;
      this.#future = [];
    }
    this.#present = state;
  }

  /** Return the state before the last step; null if there is none. */
  undo(): string | null {
    const state = this.#past.at(-1);
    if (state === undefined) return null;
    this.#past = this.#past.slice(0, -1);
    this.#future = [...this.#future, this.#present];
    return this.#goTo(state);
  }

  /** Return the state that was undone last; null if there is none. */
  redo(): string | null {
    const state = this.#future.at(-1);
    if (state === undefined) return null;
    this.#future = this.#future.slice(0, -1);
    this.#past = [...this.#past, this.#present];
    return this.#goTo(state);
  }

  #goTo(state: string): string {
    this.#present = state;
    this.#numbers = "";
    return state;
  }
}

/** The paths of what differs between two states, where all of it is numbers; otherwise empty. */
function changedNumbers(before: string, after: string): string {
  const [old, now] = [leaves(JSON.parse(before)), leaves(JSON.parse(after))];
  const paths = [...new Set([...old.keys(), ...now.keys()])].filter(
    (path) => old.get(path) !== now.get(path),
  );
  const numeric = (value: unknown): boolean => value === undefined || typeof value === "number";
  return paths.every((path) => numeric(old.get(path)) && numeric(now.get(path))) ? paths.join() : "";
}

function leaves(value: unknown, path = "", found = new Map<string, unknown>()): Map<string, unknown> {
  if (typeof value === "object" && value !== null)
    for (const [name, inner] of Object.entries(value)) leaves(inner, `${path}/${name}`, found);
  else found.set(path, value);
  return found;
}
