/* SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
 * SPDX-License-Identifier: Apache-2.0
 *
 * What every kernel and every firmware becomes: an empty program with the names that the linker scripts and the runtime ask for.
 */
int main(void) { return 0; }
void _start(void) __attribute__((section(".start")));
void _start(void) { main(); }
unsigned data_words[4] = {1, 2, 3, 4};
unsigned __fw_export_text_end __attribute__((weak));
