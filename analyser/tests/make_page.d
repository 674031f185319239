analyser/tests/make_page: analyser/tests/make_page.c analyser/page.h
analyser/page.h:
