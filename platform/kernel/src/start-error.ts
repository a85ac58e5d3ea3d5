/** A refusal to start that one sentence explains; the program prints the message without a stack. */
export class StartError extends Error {
  override readonly name = 'StartError'
}
