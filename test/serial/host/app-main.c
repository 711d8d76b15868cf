// SPDX-License-Identifier: Apache-2.0
// ESP-IDF calls app_main where other systems call main.
void app_main(void);

int main(void)
{
  app_main();
  return 0;
}
