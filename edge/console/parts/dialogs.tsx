/** Dialogs that the islands open; one of each stands at the end of every page. */

/** Asks before something that cannot be undone. */
export function ConfirmDialog() {
  return (
    <dialog id='confirm' aria-labelledby='confirm-title'>
      <h2 id='confirm-title'>Are you sure?</h2>
      <p data-confirm-text='' />
      <div class='row end'>
        <button type='button' data-cancel=''>Cancel</button>
        <button type='button' class='filled danger' data-agree=''>Go on</button>
      </div>
    </dialog>
  )
}

/** Shows a secret that the edge keeps a hash of alone. */
export function OnceDialog() {
  return (
    <dialog id='once' aria-labelledby='once-title'>
      <h2 id='once-title' data-once-title=''>Copy this now</h2>
      <p>It is shown this once. The edge keeps only its hash, so nobody can show it again.</p>
      <output class='secret' data-once-value='' tabindex={0} aria-labelledby='once-title' />
      <p role='status' class='small muted' data-once-said='' />
      <div class='row end'>
        <button type='button' data-copy=''>Copy</button>
        <button type='button' class='primary' data-close=''>I have kept it</button>
      </div>
    </dialog>
  )
}

/** Asks for a passkey or a code where the last one is older than five minutes. */
export function FreshDialog() {
  return (
    <dialog id='fresh' aria-labelledby='fresh-title'>
      <h2 id='fresh-title'>Confirm that it is you</h2>
      <p class='muted'>
        This needs a passkey or a code that is at most five minutes old. You have neither?{' '}
        <a href='/console/account'>Set one up</a> first.
      </p>
      <div class='alert' role='alert' data-alert='' />
      <button type='button' class='primary wide' data-fresh-passkey='' autofocus>Use a passkey</button>
      <div class='or'>or</div>
      <form method='dialog' data-fresh-code=''>
        <div class='field'>
          <label for='fresh-code'>Code from your authenticator app</label>
          <input
            id='fresh-code'
            name='code'
            class='digits'
            inputmode='numeric'
            autocomplete='one-time-code'
            pattern='[0-9 ]{6,7}'
            required
          />
        </div>
        <div class='row end'>
          <button type='button' data-cancel=''>Cancel</button>
          <button type='submit'>Confirm by code</button>
        </div>
      </form>
    </dialog>
  )
}
