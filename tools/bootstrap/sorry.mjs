/** An error whose message says in one sentence what stopped the start and how to fix it; printed without a stack. */
export class Sorry extends Error {
  constructor(message, exitCode = 1) {
    super(message)
    this.exitCode = exitCode
  }
}
