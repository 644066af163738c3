import { beginSignIn } from '../code-flow.js'
import { useRoute } from '../router.js'
import { wayBack } from '../way-back.js'

/** Where a user lands who is not signed in, or not any more. */
export function SignInPage() {
  const problem = new URLSearchParams(useRoute().split('?')[1]).get('problem')
  const back = wayBack()
  return (
    <section className="door card">
      <h1>Please sign in</h1>
      {problem && (
        <p className="notice bad" role="alert">
          {problem}
        </p>
      )}
      <p className="muted">
        {back ? (
          <>
            Then you go on where you were: <b>/{back}</b>
          </>
        ) : (
          'The authorization server asks who you are, and sends you back.'
        )}
      </p>
      <button className="button primary" onClick={() => void beginSignIn()}>
        Sign in
      </button>
    </section>
  )
}
