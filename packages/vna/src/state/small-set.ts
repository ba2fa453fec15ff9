/** A set that costs next to nothing while it holds one element, as most of an index's entries do. */
export class SmallSet<T extends number | object> {
  #one: T | undefined;
  #many: Set<T> | undefined;

  get size(): number {
    return this.#many ? this.#many.size : this.#one === undefined ? 0 : 1;
  }

  has(element: T): boolean {
    return this.#many ? this.#many.has(element) : this.#one === element;
  }

  /** @returns whether the element is new */
  add(element: T): boolean {
    if (this.#many) {
      const { size } = this.#many;
      return this.#many.add(element).size > size;
    }
    if (this.#one === element) return false;
    if (this.#one === undefined) this.#one = element;
    else {
      this.#many = new Set([this.#one, element]);
      this.#one = undefined;
    }
    return true;
  }

  delete(element: T): void {
    if (this.#many) this.#many.delete(element);
    else if (this.#one === element) this.#one = undefined;
  }

  forEach(visit: (element: T) => void): void {
    if (this.#many) this.#many.forEach((element) => visit(element));
    else if (this.#one !== undefined) visit(this.#one);
  }

  toArray(): T[] {
    return this.#many ? [...this.#many] : this.#one === undefined ? [] : [this.#one];
  }
}
