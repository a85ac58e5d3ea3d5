import { expect, test } from 'vitest'
import { goTo } from '../../requests/doors.ts'
import { goodRequest } from '../../requests/good-requests.ts'
import { newNames, unheardOfIn } from '../../requests/names.ts'
import { faultOfProblem } from '../../requests/problems.ts'
import { declaredRoutes } from '../../requests/declared-routes.ts'
import { doorOf, send } from '../../requests/send.ts'
import { system } from '../system.ts'
import { outOfReach } from './out-of-reach.ts'

goTo(system)

test.each(declaredRoutes.map((each) => [each.at, each] as const))(
  '%s does not overlook a name that nothing has',
  async (_, each) => {
    if (each.at in outOfReach) return
    const faults: string[] = []
    for (const { at, sent, isQuery } of await unheardOfIn(each, await goodRequest(each))) {
      if (at in newNames) continue
      const answer = await send(doorOf(each), sent)
      const { status, body, text } = answer
      const isRefused = [404, 409, 422].includes(status) && faultOfProblem(answer) === undefined
      const isEmpty = isQuery && status === 200 && body.items?.length === 0
      if (!isRefused && !isEmpty) faults.push(`${at}: ${status} ${text.slice(0, 300)}`)
    }
    expect(faults).toEqual([])
  },
)
