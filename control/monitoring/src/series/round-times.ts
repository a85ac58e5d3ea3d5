/** When the rounds of scrapes were; a round keeps its number while older ones are dropped. */
export class RoundTimes {
  /** The number of the oldest round. */
  first = 0
  private readonly times: number[] = []

  /** The number of the next round. */
  get next(): number {
    return this.first + this.times.length
  }

  add(atMs: number): number {
    return this.first + this.times.push(atMs) - 1
  }

  of(round: number): number {
    return this.times[round - this.first] as number
  }

  /** The number of the last round at or before a time; less than `first` if every round is later. */
  lastUntil(atMs: number): number {
    return this.first + lastNotAbove(this.times, atMs)
  }

  clear(): void {
    this.first += this.times.length
    this.times.length = 0
  }

  dropBefore(round: number): void {
    if (round <= this.first) return
    this.times.splice(0, round - this.first)
    this.first = round
  }
}

/** The position of the last of these ascending numbers that does not exceed a limit; -1 if all exceed it. */
export function lastNotAbove(numbers: readonly number[], limit: number): number {
  let low = 0
  let high = numbers.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((numbers[middle] as number) <= limit) low = middle + 1
    else high = middle
  }
  return low - 1
}
