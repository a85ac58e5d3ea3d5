import type { ReadHandle } from '@stoa/contract'
import type { ModelManifest } from '@stoa/contracts/inference/resources'
import type { FieldError } from '@stoa/kernel'
import { makeValidator } from '@stoa/http'
import type { Static, TSchema } from 'typebox'

/** What a model is applied with. */
export interface ModelContext {
  readonly db: ReadHandle
  readonly now: Temporal.Instant
}

interface Described<Input extends TSchema, Output extends TSchema> {
  readonly name: string
  /** Changes whenever the same input may have another meaning or another kind of output. */
  readonly version: string
  readonly description: string
  readonly input: Input
  readonly output: Output
  readonly training: (db: ReadHandle) => Promise<Pick<ModelManifest, 'trainedAt' | 'metrics'>>
  readonly predict: (inputs: readonly Static<Input>[], context: ModelContext) => Promise<readonly Static<Output>[]>
}

/** A model whose inputs and outputs are checked against its schemas. */
export interface Model {
  readonly name: string
  readonly version: string
  readonly manifest: (db: ReadHandle) => Promise<ModelManifest>
  /** The wrong fields of the inputs. */
  readonly errors: (inputs: readonly unknown[]) => FieldError[]
  /** Applies the model to inputs without errors. Throws if an output does not match its schema. */
  readonly predict: (inputs: readonly unknown[], context: ModelContext) => Promise<readonly unknown[]>
}

/** Defines a model. */
export function defineModel<Input extends TSchema, Output extends TSchema>(model: Described<Input, Output>): Model {
  const { name, version, description, input, output } = model
  const inputs = makeValidator(input)
  const outputs = makeValidator(output)
  return {
    name,
    version,
    async manifest(db) {
      return { name, version, description, input, output, ...(await model.training(db)) }
    },
    errors: (given) =>
      given.flatMap((each, index) =>
        inputs.errors(each).map(({ pointer, detail }) => ({ pointer: `/inputs/${index}${pointer}`, detail })),
      ),
    async predict(given, context) {
      const predicted = await model.predict(given as readonly Static<Input>[], context)
      if (predicted.length !== given.length || !predicted.every((each) => outputs.check(each)))
        throw new Error(`the model ${name} returned something else than its schema declares`)
      return predicted
    },
  }
}
