import { ask } from '../ask.ts'
import { inPlace } from '../place.ts'
import { helloService } from './hello.ts'

await inPlace(async (place) => {
  const { url } = await place.start(helloService)

  async function greet(what: string, name: string, key: string): Promise<void> {
    const { status, body } = await ask('POST', `${url}/api/v1/greetings`, { body: { name }, key })
    const { greeting, times, code, detail } = body
    console.log(`${what}: ${status} ${JSON.stringify({ greeting, times, code, detail })}`)
  }

  await greet('Ada', 'Ada', 'first')
  await greet('the same key again', 'Ada', 'first')
  await greet('another key', 'Ada', 'second')
  await greet('the same key for another name', 'Grace', 'first')
  await greet('nobody', '  ', 'third')
})
