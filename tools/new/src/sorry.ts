/** What was asked for cannot be made; the message is a sentence that says why. */
export class Sorry extends Error {
  override readonly name = 'Sorry'
}
