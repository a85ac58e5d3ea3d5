/** What was asked for can not be made; the message is a sentence that says why. */
export class Sorry extends Error {
  override readonly name = 'Sorry'
}
