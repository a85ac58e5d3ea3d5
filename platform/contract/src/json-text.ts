declare const value: unique symbol

/** A value that is JSON text already, made when it was stored: an answer that holds one is sent without serialising it. */
export class JsonText<Value = unknown> {
  readonly text: string
  declare readonly [value]: Value

  /** The text is sent as it is: that it is JSON, and of the schema declared, is its maker's promise. */
  constructor(text: string) {
    this.text = text
  }

  /** The value itself, parsed anew at each call. */
  parse(): Value {
    return JSON.parse(this.text) as Value
  }
}
