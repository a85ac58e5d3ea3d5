import { expect, test } from 'vitest'
import { accountOf, isGood } from '../../requests/accounts.ts'
import { goTo } from '../../requests/doors.ts'
import { edgeRequests, faultsOfReading } from '../../requests/edges.ts'
import { answerTo } from '../../requests/failures.ts'
import { goodRequest } from '../../requests/good-requests.ts'
import { faultOfProblem } from '../../requests/problems.ts'
import { operations } from '../../requests/declared-routes.ts'
import { system } from '../system.ts'
import { outOfReach } from './out-of-reach.ts'

goTo(system)

const withBody = operations.filter(({ at, route }) => route.body !== undefined && !(at in outOfReach))

test.each(withBody.map((each) => [each.at, each] as const))(
  '%s: what it takes at its edges can be read',
  async (_, each) => {
    const admin = await accountOf('admin')
    const faults: string[] = []
    for (const { at, sent } of await edgeRequests(each, await goodRequest(each))) {
      const answer = await answerTo(each, sent)
      if (answer instanceof Error) faults.push(`${at}: ${answer.message}`)
      else if (answer.status >= 500) faults.push(`${at}: ${answer.status} ${answer.text.slice(0, 300)}`)
      else if (answer.status >= 400)
        faults.push(...[faultOfProblem(answer) ?? []].flat().map((fault) => `${at}: ${fault}`))
      else if (isGood(answer))
        faults.push(...(await faultsOfReading(each, sent, answer, admin)).map((fault) => `${at}: ${fault}`))
    }
    expect(faults).toEqual([])
  },
)
