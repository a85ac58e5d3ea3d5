import { Button, Menu } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { shownError } from '../api/problem.ts'
import { signOut } from '../api/session.ts'
import { useSession } from '../state/session.tsx'
import { Time } from '../state/zone.tsx'

/** Who is signed in, and the way out. */
export function Account() {
  const { email, roles, expiresAt } = useSession()
  const leaving = useMutation({ mutationFn: signOut })
  return (
    <Menu position="bottom-end" closeOnItemClick={false}>
      <Menu.Target>
        <Button variant="default" size="xs" aria-label={`Account ${email}`}>
          {email.split('@')[0]}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>
          {email}
          <br />
          Roles: {roles.join(', ')}
          <br />
          Signed in until <Time at={expiresAt} />
        </Menu.Label>
        <Menu.Item onClick={() => leaving.mutate()} disabled={leaving.isPending}>
          Sign out
        </Menu.Item>
        {leaving.error !== null && (
          <Menu.Label role="alert">Not signed out: {shownError(leaving.error).title}</Menu.Label>
        )}
      </Menu.Dropdown>
    </Menu>
  )
}
