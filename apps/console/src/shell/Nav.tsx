import { Link } from '@tanstack/react-router'
import { pagesFor } from '../state/pages.ts'
import { useSession } from '../state/session.tsx'

/** The pages that the account may read, by group. */
export function Nav() {
  const { permissions } = useSession()
  return [...pagesFor(permissions)].map(([group, pages]) => (
    <div key={group}>
      {group !== '' && <h2>{group}</h2>}
      {pages.map(({ title, to }) => (
        <Link key={to} to={to} activeOptions={{ exact: to === '/', includeSearch: false }}>
          {title}
        </Link>
      ))}
    </div>
  ))
}
