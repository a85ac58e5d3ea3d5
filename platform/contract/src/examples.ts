import type { Id } from '@stoa/kernel'
import type { Static, TSchema } from 'typebox'
import type { Answers, Operation } from './operations.ts'

/** Values as they are written in JSON: ids are plain text. */
type Plain<Value> =
  Value extends Id<string>
    ? string
    : Value extends string | number | boolean | null | undefined
      ? Value
      : Value extends readonly (infer Item)[]
        ? readonly Plain<Item>[]
        : Value extends object
          ? { readonly [Name in keyof Value]: Plain<Value[Name]> }
          : Value

type ValueOf<Schema> = Schema extends TSchema ? Plain<Static<Schema>> : never

/** The body of a successful response. */
type ResponseOf<A extends Answers> = { [Status in keyof A]: ValueOf<A[Status]> }[keyof A]

/** An example of one operation: parts of a request that succeeds where the things exist that it names, and its response. */
export interface OperationExample<O extends Operation> {
  readonly params?: { readonly [Name in keyof O['params']]: string }
  readonly query?: ValueOf<O['query']>
  readonly body?: ValueOf<O['body']>
  readonly response?: ResponseOf<O['answers']>
  /**
   * Fields of the body that no two requests may share, made of a suffix: 12 lower-case letters and digits. Tests that send the
   * example replace these fields.
   */
  readonly unique?: (suffix: string) => Partial<ValueOf<O['body']>>
}

/** The examples of the operations of a contract, by the name of the operation. */
export type Examples<Operations> = {
  readonly [
    Name in keyof Operations as Operations[Name] extends Operation ? Name : never
  ]?: Operations[Name] extends Operation ? OperationExample<Operations[Name]> : never
}

/** The example of any operation. */
export interface AnyExample {
  readonly params?: Readonly<Record<string, string>>
  readonly query?: object
  readonly body?: unknown
  readonly response?: unknown
  readonly unique?: (suffix: string) => object
}
