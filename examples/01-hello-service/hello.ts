import { defineConfig, serviceSettings } from '@stoa/config'
import { describeService, errors, post, type Handler } from '@stoa/contract'
import { defineService } from '@stoa/service'
import { Type } from 'typebox'

/** What the service is: all that clients, the gateway and other services know of it. */
const hello = describeService({
  name: 'hello',
  port: 9001,
  owner: 'examples',
  slo: { availability: 0.99, p99Ms: 100, errorRate: 0.01 },
  errors: errors({
    'hello.name_blank': { kind: 'invalid', title: 'The name is blank', fix: 'Send a name with visible characters.' },
  }),
  operations: {
    greet: post('/api/v1/greetings', {
      summary: 'Greet a person, and count it',
      permission: 'public',
      owner: 'none',
      body: Type.Object({ name: Type.String({ minLength: 1, maxLength: 100 }) }, { additionalProperties: false }),
      answers: { 201: Type.Object({ greeting: Type.String(), times: Type.Integer() }) },
      refuses: ['hello.name_blank'],
    }),
  },
  personalData: 'none',
})

/** The one use case. What happens in `commit` is one transaction, with the record of the client's key in it. */
const greet: Handler<typeof hello, 'greet'> = async ({ body, commit, refuse }) => {
  const name = body.name.trim()
  if (name === '') return refuse('hello.name_blank', 'The name is blank.')
  return commit(async (tx) => {
    const [row] = await tx.sql<{ times: number }>`
      insert into greeted (name, times) values (${name}, 1)
      on conflict (name) do update set times = greeted.times + 1 returning times`
    return { status: 201, body: { greeting: `Hello, ${name}`, times: row?.times ?? 0 } }
  })
}

/** The table of contents: a handler for everything the contract declares; one left out does not compile. */
export const helloService = defineService(hello, {
  config: defineConfig('hello', serviceSettings('hello', hello.port)),
  migrations: new URL('./migrations/', import.meta.url),
  deps: () => ({}),
  bind: () => ({ operations: { greet }, rpc: {}, consumes: {}, sagas: {}, tasks: {}, personalData: 'none' }),
})
