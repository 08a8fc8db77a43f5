/** Where every page's script begins: it wakes up what the page is marked with, then opens the live connection. */

import { adopt, mark } from "./adopt.ts";
import { startClocks } from "./clock.ts";
import { startChooseAll } from "./chooseall.ts";
import { startCombobox } from "./combobox.ts";
import { startCloser, startOpener } from "./dialogs.ts";
import { forgetDrafts, startDraft } from "./draft.ts";
import { startButton, startForm } from "./forms.ts";
import { startJob } from "./job.ts";
import { startKeys } from "./keys.ts";
import * as live from "./live.ts";
import { loggedIn } from "./page.ts";
import { startLanguageSwitch, startThemeSwitch } from "./preferences.ts";
import { startRegion } from "./regions.ts";
import { startRows } from "./rows.ts";
import { startTabs } from "./tabs.ts";
import { startTryCall } from "./trycall.ts";
import { startPreview } from "./preview.ts";
import { startPropose } from "./propose.ts";
import { startAim } from "./aim.ts";
import { startListen } from "./listen.ts";
import { startOneMore } from "./several.ts";
import { startTries } from "./tries.ts";
import { startWallSwitch } from "./wall.ts";

mark("[data-live]:not(body)", startRegion);
mark("form[data-draft]", startDraft);
mark("form[data-send]", startForm);
mark("[data-post]", startButton);
mark("[data-all]", startChooseAll);
mark("[data-combobox]", startCombobox);
mark("[data-open]", startOpener);
mark("[data-close]", startCloser);
mark("[role=tablist]", startTabs);
mark("nav.tabs > [aria-current=page]", (tab) => tab.scrollIntoView({ block: "nearest", inline: "center" }));
mark("[data-theme-switch]", startThemeSwitch);
mark("[data-language]", startLanguageSwitch);
mark("[data-wall-switch]", startWallSwitch);
mark("form[data-try-call]", startTryCall);
mark("[data-rows]", startRows);
mark("[data-watch-job]", startJob);
mark("[data-preview]", startPreview);
mark("[data-propose]", startPropose);
mark("[data-aim]", startAim);
mark("[data-tries]", startTries);
mark("[data-one-more]", startOneMore);
mark("[data-listen]", startListen);
mark("[data-forget]", (button) => button.addEventListener("click", forgetDrafts));

/** What only some pages need comes when it is needed; the page is ready when the first of it is there. */
const coming: Promise<void>[] = [];
mark("[data-softphone]", (panel) => coming.push(import("./softphone.ts").then((made) => made.startSoftphone(panel))));
mark("[data-desk]", (desk) => coming.push(import("./desk.ts").then((made) => made.startDesk(desk))));
mark("[data-chart]", (figure) => coming.push(import("./chart.ts").then((made) => made.startChart(figure))));

adopt(document.body);
startClocks();
startKeys();
if (loggedIn) live.start();
void Promise.allSettled(coming).then(() => (document.documentElement.dataset.ready = ""));
