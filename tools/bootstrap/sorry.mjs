/** What stopped the start and how to mend it, in one sentence that is shown without a stack. */
export class Sorry extends Error {
  constructor(message, exitCode = 1) {
    super(message)
    this.exitCode = exitCode
  }
}
