import { readFileSync } from 'node:fs'
import type { ServerResponse } from 'node:http'
import { join } from 'node:path'

const styles = ['tokens.css', 'base.css', 'sign-in.css'].map((file) =>
  readFileSync(join(__dirname, '../app/styles', file), 'utf8'),
)

/** The page on which the user signs in. */
export function signInPage(response: ServerResponse, { name = 'ada', problem = '' } = {}): void {
  send(
    response,
    problem ? 401 : 200,
    'Sign in',
    `<p class="eyebrow">Authorization server</p>
<h1>Sign in</h1>
<p class="muted">One door for the whole shop. Try <b>ada</b> with <b>lovelace</b>, or <b>grace</b> with <b>hopper</b>.</p>
${problem && `<p class="notice bad" role="alert">${problem}</p>`}
<form method="post">
  <label>Name <input name="username" value="${escape(name)}" autocomplete="username" required></label>
  <label>Password <input name="password" type="password" autocomplete="current-password" required autofocus></label>
  <button class="button primary">Sign in</button>
</form>`,
  )
}

/** A page that says what went wrong. */
export function errorPage(response: ServerResponse, status: number, text: string): void {
  send(
    response,
    status,
    'Sorry',
    `<p class="eyebrow">Authorization server · ${status}</p>
<h1>Not now</h1>
<p class="muted">${escape(text)}</p>
<button class="button" onclick="history.back()">Back</button>`,
  )
}

function send(response: ServerResponse, status: number, title: string, main: string): void {
  response.writeHead(status, { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' })
  response.end(`<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="data:,">
<title>${title}</title>
<style>${styles.join('')}</style>
<main class="door card">${main}</main>
</html>`)
}

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}
