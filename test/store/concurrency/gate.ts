/** Blocks callers until it is opened, and signals when the expected number of callers is waiting. */
export class Gate {
  /** Resolves when the expected number of callers has arrived. */
  readonly arrived: Promise<void>;
  #isAwaited: () => void = () => {};
  #missing: number;
  readonly #opened: Promise<void>;
  #open: () => void = () => {};

  constructor(expected = 1) {
    this.#missing = expected;
    this.arrived = new Promise((resolve) => {
      this.#isAwaited = resolve;
    });
    this.#opened = new Promise((resolve) => {
      this.#open = resolve;
    });
  }

  pass(): Promise<void> {
    this.#missing -= 1;
    if (this.#missing <= 0) this.#isAwaited();
    return this.#opened;
  }

  open(): void {
    this.#open();
  }
}
