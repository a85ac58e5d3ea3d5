declare const value: unique symbol

/** A value that already is JSON text, created when it was stored; a response that contains one is sent without serialising it. */
export class JsonText<Value = unknown> {
  readonly text: string
  declare readonly [value]: Value

  /** The text is sent unchanged: the code that creates it must ensure that it is JSON and matches the declared schema. */
  constructor(text: string) {
    this.text = text
  }

  /** Returns the value, parsed at each call. */
  parse(): Value {
    return JSON.parse(this.text) as Value
  }
}
