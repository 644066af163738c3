import { palette } from './palette.js'

/** The panel's own style sheet; it reaches nothing outside of the shadow root. */
export const styles = `${palette}
* { box-sizing: border-box; margin: 0; }
[hidden] { display: none !important; }
.dock {
  position: fixed; z-index: 2147483000; right: 12px; bottom: 12px; max-width: calc(100vw - 24px);
  font: 12px/1.45 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; color: var(--text);
  background: var(--ground); border: 1px solid var(--edge); border-radius: 10px;
  box-shadow: 0 1px 2px var(--shade), 0 8px 28px var(--shade);
}
.dock[data-open="true"] {
  left: 0; right: 0; bottom: 0; max-width: none; height: min(420px, 62vh);
  display: flex; flex-direction: column; border-radius: 10px 10px 0 0; border-width: 1px 0 0;
}
button { font: inherit; color: inherit; cursor: pointer; }
:focus-visible { outline: 2px solid var(--focus); outline-offset: 1px; }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }

header { display: flex; align-items: center; gap: 6px 18px; min-height: 34px; }
[data-open="true"] header { padding: 6px 14px 6px 6px; border-bottom: 1px solid var(--line); flex-wrap: wrap; }
[data-open="false"] header > :not(.toggle) { display: none; }
.toggle {
  display: flex; align-items: center; gap: 8px; padding: 7px 12px; border: 0; border-radius: 8px; background: none;
  white-space: nowrap;
}
[data-open="true"] .toggle { padding: 4px 8px; }
[data-open="true"] .toggle:hover { background: var(--raised); }
.brand { font-weight: 600; }
.state { color: var(--quiet); }
.brief { font: 11.5px/1.45 var(--mono); color: var(--quiet); }
[data-open="true"] .brief { display: none; }
.chevron {
  width: 7px; height: 7px; margin: 3px 2px 0 4px; border: solid var(--quiet); border-width: 1.5px 0 0 1.5px;
  transform: rotate(45deg);
}
[data-open="true"] .chevron { transform: rotate(225deg); margin-top: -3px; }
.dot { width: 8px; height: 8px; border-radius: 50%; background: var(--gone); }
[data-status="active"] .dot { background: var(--good); }
[data-status="refreshing"] .dot { background: var(--grant); }
[data-status="refreshing"] .dot { animation: breathe 1.2s ease-in-out infinite; }
@keyframes breathe { 50% { box-shadow: 0 0 0 4px color-mix(in srgb, var(--grant) 30%, transparent); } }
.who { color: var(--quiet); white-space: nowrap; }

.token { flex: 1 1 200px; max-width: 360px; min-width: 150px; }
.words { display: flex; justify-content: space-between; gap: 12px; font: 11px/1.3 var(--mono); margin-bottom: 4px; white-space: nowrap; }
.words .note { color: var(--quiet); overflow: hidden; text-overflow: ellipsis; }
.meter { position: relative; height: 8px; border-radius: 4px; background: var(--good); overflow: hidden; }
.meter i { position: absolute; left: 0; top: 0; bottom: 0; }
.window { border-right: 2px solid var(--ground); }
.window.ahead { background: color-mix(in srgb, var(--held) 60%, var(--track)); }
.window.short { background: color-mix(in srgb, var(--bad) 55%, var(--track)); }
[data-freshness="ahead"] .window.ahead { background: var(--held); }
[data-freshness="short"] .window.short { background: var(--bad); }
.meter .spent { left: auto; right: 0; background: var(--track); opacity: .86; }
[data-freshness="none"] { background: var(--gone); }

.tools { display: flex; gap: 6px; margin-left: auto; flex-wrap: wrap; }
.tools button {
  padding: 3px 10px; border: 1px solid var(--edge); border-radius: 6px; background: var(--raised); white-space: nowrap;
}
.tools button:hover { border-color: var(--quiet); }
.tools button:active { transform: translateY(1px); }
.tools button[aria-disabled] { color: var(--faint); background: none; cursor: default; border-color: var(--line); }
.tools button[aria-pressed="true"] { color: var(--bad); border-color: var(--bad); background: var(--bad-ground); }

.body { display: flex; flex-direction: column; flex: 1; min-height: 0; }
.notice { padding: 7px 14px; background: var(--bad-ground); border-bottom: 1px solid var(--line); }
.notice[data-kind="problem"] { background: var(--held-ground); }
.notice code { font: 11px/1.4 var(--mono); color: var(--bad); margin-right: 4px; }
.notice[data-kind="problem"] code { color: var(--held-text); }
.notice strong { font-weight: 600; }
.dismiss { margin-left: 10px; padding: 0 8px; border: 1px solid var(--edge); border-radius: 5px; background: none; }
.overview { display: block; width: calc(100% - 20px); height: 44px; margin: 8px 10px 0; }
.legend { display: flex; flex-wrap: wrap; gap: 2px 14px; padding: 4px 14px 6px; color: var(--quiet); font-size: 11px; }
.legend span { display: flex; align-items: center; gap: 5px; }
.legend i { width: 14px; height: 8px; border-radius: 2px; }
[data-place^="wire"] { background: var(--wire); }
[data-place^="replay"] { background: var(--replay); }
[data-place^="held"] {
  background: repeating-linear-gradient(-45deg, var(--held) 0 3px, color-mix(in srgb, var(--held) 45%, transparent) 3px 6px);
}
.legend [data-place="grant"] { background: var(--band); border: solid var(--grant); border-width: 0 1px; }
[data-place="bad"], [data-place$="refused"], [data-place$="failed"] { background: var(--bad); }
[data-place$="aborted"] { background: var(--gone); }

.list { position: relative; flex: 1; min-height: 0; overflow: auto; border-top: 1px solid var(--line); }
.axis, .behind, .row { display: grid; grid-template-columns: minmax(150px, 24%) 84px 64px 1fr; column-gap: 8px; padding: 0 14px; }
.axis {
  position: sticky; top: 0; z-index: 2; height: 40px; align-items: end; padding-bottom: 4px;
  background: var(--ground); border-bottom: 1px solid var(--line); color: var(--quiet); font-size: 11px;
}
.head:nth-child(3) { text-align: right; }
.scale { position: relative; height: 36px; margin-left: 8px; }
.scale span { position: absolute; left: 0; white-space: nowrap; font: 10.5px/14px var(--mono); }
.ticks span { bottom: 0; }
.chip { top: 1px; padding: 0 6px; border-radius: 4px; color: var(--grant-text); background: var(--band); }
.chip.failed { color: var(--bad); background: var(--bad-ground); }
.chip.covered { clip-path: inset(50%); width: 1px; overflow: hidden; }
.behind { position: sticky; top: 40px; height: 0; z-index: 0; }
.across { position: relative; margin-left: 8px; }
.across i { position: absolute; top: 0; left: 0; }
.line { background: var(--line); }
.break { background: repeating-linear-gradient(-45deg, var(--line) 0 1px, transparent 1px 5px); }
.grant { background: var(--band); border: solid var(--grant); border-width: 0 1px; }
.grant.failed { background: var(--bad-ground); border-color: var(--bad); }
.rows { position: relative; z-index: 1; }
.rows:focus-visible { outline-offset: -2px; }
.row { position: absolute; left: 0; right: 0; top: 0; height: 24px; align-items: center; cursor: default; }
.row:hover { background: var(--hover); }
.row[aria-selected="true"] { background: var(--hover); box-shadow: inset 2px 0 var(--focus); }
.name, .status, .time { white-space: nowrap; overflow: hidden; text-overflow: ellipsis; }
.name { font: 12px/24px var(--mono); }
.name b { font-weight: 400; color: var(--quiet); }
.status { font: 12px/24px var(--mono); }
.time { font: 12px/24px var(--mono); text-align: right; color: var(--quiet); }
[data-state="ok"] .status { color: var(--good-text); }
[data-state="held"] .status { color: var(--held-text); }
[data-state="wire"] .status, [data-state="replay"] .status { color: var(--quiet); }
[data-state="refused"] .status, [data-state="failed"] .status { color: var(--bad); }
[data-state="aborted"] .status { color: var(--quiet); }
.lane { position: relative; height: 10px; margin-left: 8px; }
.lane i { position: absolute; left: 0; top: 0; height: 10px; border-radius: 2px; }
.empty { position: absolute; top: 40px; left: 0; right: 0; padding: 28px 14px; text-align: center; color: var(--quiet); }

footer { display: flex; align-items: center; gap: 18px; padding: 6px 14px; border-top: 1px solid var(--line); }
.story { flex: 1; min-width: 0; min-height: 18px; }
.story.hint, .tabs { color: var(--quiet); }
.tabs { white-space: nowrap; }
.counts { display: flex; gap: 12px; }
.counts div { display: flex; flex-direction: row-reverse; gap: 4px; white-space: nowrap; }
.counts dt { color: var(--quiet); }
.counts dd { font: 12px/1.45 var(--mono); font-variant-numeric: tabular-nums; }

@media (max-width: 720px) {
  .dock[data-open="true"] { height: min(680px, 84vh); }
  [data-open="true"] header { padding: 8px; gap: 8px 10px; }
  .who { flex: 1; text-align: right; overflow: hidden; text-overflow: ellipsis; }
  .token { flex: 1 0 100%; max-width: none; padding: 0 6px; }
  .tools { margin: 0; width: 100%; display: grid; grid-template-columns: repeat(4, auto); }
  .tools button { padding: 5px 3px; font-size: 11px; }
  .axis, .behind, .row { grid-template-columns: minmax(0, 44%) 58px 1fr; padding: 0 10px; }
  .axis .head:nth-child(3), .behind span:nth-child(3), .row .time { display: none; }
  .notice { padding: 8px 10px; }
  footer { flex-wrap: wrap; gap: 4px 14px; padding: 8px 10px; font-size: 11.5px; }
  .counts { flex-wrap: wrap; gap: 2px 12px; }
  .story { flex: 1 0 100%; min-height: 34px; }
}
@media (prefers-reduced-motion: reduce) { * { animation: none !important; transition: none !important; } }
@media (forced-colors: active) {
  .lane i, .legend i, .fill, .dot { forced-color-adjust: none; }
  .tools button[aria-pressed="true"] { outline: 2px solid Highlight; }
}
`
