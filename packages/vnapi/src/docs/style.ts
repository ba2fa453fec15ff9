/** Light or dark as the reader's system is; no fonts or images from elsewhere. */
export const style = `
:root { color-scheme: light dark; --line: #d8dee4; --quiet: #59636e; --page: #ffffff; --panel: #f6f8fa; --text: #1f2328; --link: #0969da; }
@media (prefers-color-scheme: dark) {
  :root { --line: #3d444d; --quiet: #9198a1; --page: #0d1117; --panel: #151b23; --text: #f0f6fc; --link: #4493f8; }
}
* { box-sizing: border-box; }
body { margin: 0; font: 15px/1.5 system-ui, sans-serif; color: var(--text); background: var(--page); }
a { color: var(--link); text-decoration: none; }
a:hover { text-decoration: underline; }
code, pre { font: 13px/1.5 ui-monospace, monospace; }
header { position: sticky; top: 0; display: flex; gap: 1.5rem; align-items: center; padding: .6rem 1.5rem; background: var(--panel); border-bottom: 1px solid var(--line); z-index: 1; }
header h1 { font-size: 1.1rem; margin: 0; white-space: nowrap; }
header input { flex: 1; min-width: 0; max-width: 32rem; padding: .4rem .7rem; font: inherit; color: inherit; background: var(--page); border: 1px solid var(--line); border-radius: 6px; }
header output { color: var(--quiet); }
.columns { display: grid; grid-template-columns: 15rem minmax(0, 60rem); gap: 2rem; padding: 0 1.5rem; }
nav { position: sticky; top: 3.5rem; height: calc(100vh - 3.5rem); overflow-y: auto; padding: 1rem 0; }
nav a { display: flex; justify-content: space-between; padding: .1rem .5rem .1rem 0; }
nav small { color: var(--quiet); }
main { padding: 1rem 0 6rem; }
section { scroll-margin-top: 4rem; }
h2 { margin: 2rem 0 .25rem; font-size: 1.25rem; }
section > p { color: var(--quiet); margin: .25rem 0 .75rem; }
details { border: 1px solid var(--line); border-radius: 6px; margin: .35rem 0; scroll-margin-top: 4rem; }
summary { padding: .4rem .75rem; cursor: pointer; overflow-wrap: anywhere; }
summary span { color: var(--quiet); margin-left: .5rem; }
details[open] > summary { border-bottom: 1px solid var(--line); background: var(--panel); }
details > :not(summary) { margin-left: .75rem; margin-right: .75rem; }
.method { display: inline-block; width: 4.2rem; text-align: center; border-radius: 4px; color: #fff; font-size: .75rem; line-height: 1.5rem; }
.get { background: #1a7f37; } .post { background: #0969da; } .put { background: #9a6700; } .delete { background: #cf222e; }
table { border-collapse: collapse; margin-top: .75rem; }
th, td { text-align: left; vertical-align: top; padding: .3rem .9rem .3rem 0; border-bottom: 1px solid var(--line); overflow-wrap: anywhere; }
th { color: var(--quiet); font-weight: normal; }
td:first-child { white-space: nowrap; }
.required { color: #cf222e; font-size: .75rem; }
em, .shared { color: var(--quiet); font-size: .85rem; }
pre { padding: .6rem .8rem; background: var(--panel); border: 1px solid var(--line); border-radius: 6px; overflow-x: auto; }
.keys { margin: .5rem 0; padding-left: 1.2rem; list-style: none; }
[hidden] { display: none !important; }
@media (max-width: 40rem) { header { gap: .75rem; padding: .6rem .75rem; } .columns { padding: 0 .75rem; } }
@media (max-width: 60rem) { .columns { grid-template-columns: minmax(0, 1fr); } nav { display: none; } }
`;
